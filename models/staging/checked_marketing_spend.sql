MODEL (
  name staging.checked_marketing_spend,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain (spend_date, channel, campaign_id),
  audits (
    same_row_count(table_name := raw.marketing_spend)
  ),
  description 'Every raw line of marketing spend with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.marketing_spend. Answers: which lines of marketing spend does staging refuse, and why?',
  column_descriptions (
    spend_date = 'Day of the spend',
    channel = 'Channel as the shop writes it',
    campaign_id = 'The shop''s id of the campaign',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the spend; where that is implausible, the day of loading',
    event_time = 'Its day at midnight, as the shop sent it'
  )
);

SELECT
  spend.spend_date,
  spend.channel,
  spend.campaign_id,
  @rejection_reasons(
    'campaign is unknown or was refused',
    spend.campaign_id <> @no_campaign_id
    AND listed.campaigns > 0
    AND (
      campaigns.campaign_id IS NULL OR NOT campaigns.rejection_reasons IS NULL
    ),
    'spend is negative',
    spend.spend_amount < 0,
    'impressions or clicks are negative',
    spend.impressions < 0 OR spend.clicks < 0,
    'spend_date is too early or in the future',
    NOT @is_plausible_date(spend.spend_date, spend._loaded_at),
    'channel is written in another way too',
    ROW_NUMBER() OVER (PARTITION BY spend.spend_date, LOWER(TRIM(spend.channel)), spend.campaign_id ORDER BY spend.channel) > 1
  ) AS rejection_reasons,
  CASE
    WHEN @is_plausible_date(spend.spend_date, spend._loaded_at)
    THEN spend.spend_date
    ELSE @business_date(spend._loaded_at)
  END AS event_date,
  spend.spend_date::TIMESTAMP AS event_time
FROM raw.marketing_spend AS spend
LEFT JOIN staging.checked_campaigns AS campaigns
  ON spend.campaign_id = campaigns.campaign_id
CROSS JOIN (
  SELECT
    COUNT(*) AS campaigns
  FROM staging.checked_campaigns
) AS listed
