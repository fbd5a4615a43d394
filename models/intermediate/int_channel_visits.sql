MODEL (
  name intermediate.int_channel_visits,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (session_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (session_date, channel),
  audits (
    not_null(columns := (session_date, channel, visit_count, converted_visit_count)),
    unique_combination_of_columns(columns := (session_date, channel)),
    forall(criteria := (
      converted_visit_count <= visit_count
    )),
    sums_agree(
      "column" := visit_count,
      other_table := staging.stg_web_sessions,
      other_column := 1,
      other_condition := @in_interval(session_date)
    )
  ),
  description 'Visits to the web shop and how many of them ended in an order. One row per day and channel. Answers: how many visits did a channel bring on a day, and how many became orders?',
  column_descriptions (
    channel = 'Channel that brought the visits; unknown where the shop does not say',
    visit_count = 'Visits',
    converted_visit_count = 'Visits that led to an order that counts',
    session_date = 'Day of the visits in the business time zone'
  )
);

SELECT
  COALESCE(channel, 'unknown')::TEXT AS channel,
  COUNT(*)::BIGINT AS visit_count,
  SUM(CASE WHEN is_converted THEN 1 ELSE 0 END)::BIGINT AS converted_visit_count,
  session_date::DATE AS session_date
FROM staging.stg_web_sessions
WHERE
  session_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  COALESCE(channel, 'unknown'),
  session_date
