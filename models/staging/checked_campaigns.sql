MODEL (
  name staging.checked_campaigns,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain campaign_id,
  audits (
    same_row_count(table_name := raw.campaigns)
  ),
  description 'Every raw campaign with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.campaigns. Answers: which campaigns does staging refuse, and why?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the start in the business time zone; where that lies ahead or is implausible, the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  campaigns.campaign_id,
  @rejection_reasons(
    'campaign id is reserved for spend without one',
    campaigns.campaign_id = @no_campaign_id,
    'starts_at is too early',
    @is_too_early(campaigns.starts_at),
    'ends before it starts',
    campaigns.ends_at < campaigns.starts_at,
    'budget is negative',
    campaigns.budget_amount < 0
  ) AS rejection_reasons,
  @event_day(campaigns.starts_at, campaigns.updated_at, campaigns._loaded_at) AS event_date,
  campaigns.starts_at AS event_time
FROM raw.campaigns AS campaigns
