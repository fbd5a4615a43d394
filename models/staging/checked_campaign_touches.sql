MODEL (
  name staging.checked_campaign_touches,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain touch_id,
  audits (
    same_row_count(table_name := raw.campaign_touches)
  ),
  description 'Every raw contact of a campaign with a customer with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.campaign_touches. Answers: which contacts does staging refuse, and why?',
  column_descriptions (
    touch_id = 'The shop''s id of the contact',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  touches.touch_id,
  @rejection_reasons(
    'campaign is unknown or was refused',
    listed.campaigns > 0
    AND (
      campaigns.campaign_id IS NULL OR NOT campaigns.rejection_reasons IS NULL
    ),
    'customer is unknown or was refused',
    customers.customer_id IS NULL OR NOT customers.rejection_reasons IS NULL,
    'contacted although held out',
    touches.touch_type <> 'assigned' AND NOT held_out.customer_id IS NULL,
    'touched_at is too early or in the future',
    NOT @is_plausible_time(touches.touched_at, touches._loaded_at)
  ) AS rejection_reasons,
  @event_day(touches.touched_at, touches._loaded_at) AS event_date,
  touches.touched_at AS event_time
FROM raw.campaign_touches AS touches
LEFT JOIN staging.checked_campaigns AS campaigns
  ON touches.campaign_id = campaigns.campaign_id
LEFT JOIN staging.checked_customers AS customers
  ON touches.customer_id = customers.customer_id
LEFT JOIN (
  SELECT DISTINCT
    campaign_id,
    customer_id
  FROM raw.campaign_touches
  WHERE
    is_holdout
) AS held_out
  ON touches.campaign_id = held_out.campaign_id AND touches.customer_id = held_out.customer_id
CROSS JOIN (
  SELECT
    COUNT(*) AS campaigns
  FROM staging.checked_campaigns
) AS listed
