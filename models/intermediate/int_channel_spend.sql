MODEL (
  name intermediate.int_channel_spend,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (channel, month_start),
  audits (
    not_null(columns := (channel, month_start, spend_amount, retention_spend_amount)),
    unique_combination_of_columns(columns := (channel, month_start)),
    forall(criteria := (
      retention_spend_amount <= spend_amount
    )),
    sums_agree(
      "column" := spend_amount,
      other_table := staging.stg_marketing_spend,
      other_column := spend_amount,
      other_condition := spend_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'What marketing spent before the as-of date. One row per channel and month with spend on record. Answers: how much was spent on a channel in a month, and how much of it on customers the shop had already?',
  column_descriptions (
    channel = 'Channel',
    impressions = 'Times shown',
    clicks = 'Times clicked',
    spend_amount = 'Amount spent',
    retention_spend_amount = 'Of it, on campaigns that contact customers the shop knows',
    month_start = 'First day of the month'
  )
);

SELECT
  spend.channel::TEXT AS channel,
  SUM(spend.impressions)::BIGINT AS impressions,
  SUM(spend.clicks)::BIGINT AS clicks,
  SUM(spend.spend_amount)::DECIMAL(18, 2) AS spend_amount,
  SUM(CASE WHEN NOT reach.campaign_id IS NULL THEN spend.spend_amount ELSE 0 END)::DECIMAL(18, 2) AS retention_spend_amount,
  @month_start(spend.spend_date)::DATE AS month_start
FROM staging.stg_marketing_spend AS spend
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_campaign_reach AS reach
  ON spend.campaign_id = reach.campaign_id
WHERE
  spend.spend_date < as_of.as_of_date
GROUP BY
  spend.channel,
  @month_start(spend.spend_date)
