MODEL (
  name staging.stg_marketing_spend,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (spend_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain (spend_date, channel, campaign_id),
  references (
    campaign_id
  ),
  audits (
    not_null(columns := (spend_date, channel, campaign_id, spend_amount)),
    unique_combination_of_columns(columns := (spend_date, channel, campaign_id)),
    rows_conserved(checked_model := staging.checked_marketing_spend),
    rejected_share_below(checked_model := staging.checked_marketing_spend)
  ),
  description 'What marketing cost. One row per day, channel and campaign. Answers: how much was spent where, and how often was it seen and clicked?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign; none for spend without one',
    channel = 'Channel in lower case',
    impressions = 'Times shown',
    clicks = 'Times clicked',
    spend_amount = 'Amount spent in the reporting currency',
    has_campaign = 'The money was spent on a campaign',
    spend_date = 'Day of the spend'
  )
);

SELECT
  spend.campaign_id::TEXT AS campaign_id,
  LOWER(TRIM(spend.channel))::TEXT AS channel,
  spend.impressions::BIGINT AS impressions,
  spend.clicks::BIGINT AS clicks,
  spend.spend_amount::DECIMAL(18, 2) AS spend_amount,
  (
    spend.campaign_id <> @no_campaign_id
  )::BOOLEAN AS has_campaign,
  checked.event_date::DATE AS spend_date
FROM raw.marketing_spend AS spend
INNER JOIN staging.checked_marketing_spend AS checked
  ON spend.spend_date = checked.spend_date
  AND spend.channel = checked.channel
  AND spend.campaign_id = checked.campaign_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
