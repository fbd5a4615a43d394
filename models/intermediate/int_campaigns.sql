MODEL (
  name intermediate.int_campaigns,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain campaign_id,
  audits (
    not_null(columns := (campaign_id, campaign_name)),
    unique_values(columns := (
      campaign_id
    )),
    contains_all("column" := campaign_id, other_table := staging.stg_campaigns),
    contains_all("column" := campaign_id, other_table := intermediate.int_campaign_reach)
  ),
  description 'Campaigns with their dates and what they cost before the as-of date, also those that only contacts or spend tell of. One row per campaign. Answers: which campaigns are there, when do they run, what did they cost, and when can their effect be measured?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    campaign_name = 'Name of the campaign; its id where the shop does not list it',
    channel = 'Channel',
    objective = 'What the campaign is for',
    impressions = 'Times shown, where spend says',
    clicks = 'Times clicked, where spend says',
    budget_amount = 'Budget',
    cost_amount = 'Spend; null where none is on record',
    start_date = 'Day it starts; of the first contact or spend where the shop does not list it',
    end_date = 'Last day on which it runs; null while it runs without an end',
    first_assigned_date = 'Day of the first assignment or contact; null without any',
    last_measured_date = 'Last day on which orders count for its effect: the last day of the campaign, for the customers assigned last at least the attribution window; null without assignments'
  )
);

WITH spend AS (
  SELECT
    spend.campaign_id,
    MAX(spend.channel) AS channel,
    SUM(spend.impressions) AS impressions,
    SUM(spend.clicks) AS clicks,
    SUM(spend.spend_amount) AS cost_amount,
    MIN(spend.spend_date) AS first_spend_date
  FROM staging.stg_marketing_spend AS spend
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    spend.has_campaign AND spend.spend_date < as_of.as_of_date
  GROUP BY
    spend.campaign_id
), campaign_ids AS (
  SELECT
    campaign_id
  FROM staging.stg_campaigns
  UNION
  SELECT
    campaign_id
  FROM intermediate.int_campaign_reach
  UNION
  SELECT
    campaign_id
  FROM spend
), campaigns AS (
  SELECT
    ids.campaign_id,
    listed.campaign_name,
    COALESCE(listed.channel, spend.channel) AS channel,
    listed.objective,
    spend.impressions,
    spend.clicks,
    listed.budget_amount,
    spend.cost_amount,
    COALESCE(
      listed.start_date,
      CASE WHEN spend.first_spend_date < reach.first_assigned_date THEN spend.first_spend_date END,
      reach.first_assigned_date,
      spend.first_spend_date
    ) AS start_date,
    @business_date((
      listed.ends_at - INTERVAL '1' SECOND
    )) AS end_date,
    reach.first_assigned_date,
    (
      reach.last_assigned_date + @attribution_window_days
    )::DATE AS last_window_date
  FROM campaign_ids AS ids
  LEFT JOIN staging.stg_campaigns AS listed
    ON ids.campaign_id = listed.campaign_id
  LEFT JOIN intermediate.int_campaign_reach AS reach
    ON ids.campaign_id = reach.campaign_id
  LEFT JOIN spend
    ON ids.campaign_id = spend.campaign_id
)
SELECT
  campaign_id::TEXT AS campaign_id,
  COALESCE(campaign_name, campaign_id)::TEXT AS campaign_name,
  channel::TEXT AS channel,
  objective::TEXT AS objective,
  impressions::BIGINT AS impressions,
  clicks::BIGINT AS clicks,
  budget_amount::DECIMAL(18, 2) AS budget_amount,
  cost_amount::DECIMAL(18, 2) AS cost_amount,
  start_date::DATE AS start_date,
  end_date::DATE AS end_date,
  first_assigned_date::DATE AS first_assigned_date,
  (
    CASE WHEN end_date > last_window_date THEN end_date ELSE last_window_date END
  )::DATE AS last_measured_date
FROM campaigns
