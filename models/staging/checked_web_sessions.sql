MODEL (
  name staging.checked_web_sessions,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain session_id,
  audits (
    same_row_count(table_name := raw.web_sessions)
  ),
  description 'Every raw visit to the web shop with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.web_sessions. Answers: which visits does staging refuse, and why?',
  column_descriptions (
    session_id = 'The shop''s id of the visit',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  web_sessions.session_id,
  @rejection_reasons(
    'started_at is too early or in the future',
    NOT @is_plausible_time(web_sessions.started_at, web_sessions._loaded_at)
  ) AS rejection_reasons,
  @event_day(web_sessions.started_at, web_sessions._loaded_at) AS event_date,
  web_sessions.started_at AS event_time
FROM raw.web_sessions AS web_sessions
