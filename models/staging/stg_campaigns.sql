MODEL (
  name staging.stg_campaigns,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain campaign_id,
  audits (
    not_null(columns := (campaign_id, campaign_name, channel, starts_at)),
    unique_values(columns := (
      campaign_id
    )),
    rows_conserved(checked_model := staging.checked_campaigns),
    rejected_share_below(checked_model := staging.checked_campaigns)
  ),
  description 'Marketing campaigns at their latest version, planned ones too. One row per campaign. Answers: which campaigns ran when, on which channel and with what budget?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    campaign_name = 'Name of the campaign',
    channel = 'Channel in lower case: email, search, social, ...',
    objective = 'What the campaign is for',
    budget_amount = 'Budget in the reporting currency',
    has_end = 'The end is known',
    start_date = 'Day it starts in the business time zone',
    end_date = 'Day it ends in the business time zone',
    starts_at = 'When it starts, UTC',
    ends_at = 'When it ends, UTC; null while it runs without an end',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

SELECT
  campaigns.campaign_id::TEXT AS campaign_id,
  TRIM(campaigns.campaign_name)::TEXT AS campaign_name,
  LOWER(TRIM(campaigns.channel))::TEXT AS channel,
  NULLIF(LOWER(TRIM(campaigns.objective)), '')::TEXT AS objective,
  campaigns.budget_amount::DECIMAL(18, 2) AS budget_amount,
  (
    NOT campaigns.ends_at IS NULL
  )::BOOLEAN AS has_end,
  @business_date(campaigns.starts_at)::DATE AS start_date,
  @business_date(campaigns.ends_at)::DATE AS end_date,
  campaigns.starts_at::TIMESTAMP AS starts_at,
  campaigns.ends_at::TIMESTAMP AS ends_at,
  campaigns.updated_at::TIMESTAMP AS updated_at
FROM raw.campaigns AS campaigns
INNER JOIN staging.checked_campaigns AS checked
  ON campaigns.campaign_id = checked.campaign_id
WHERE
  checked.rejection_reasons IS NULL
