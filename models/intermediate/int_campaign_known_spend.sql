MODEL (
  name intermediate.int_campaign_known_spend,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (touched_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner marketing_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (campaign_id, customer_id),
  references (campaign_id, customer_id),
  audits (
    not_null(columns := (campaign_id, customer_id, touched_date, known_spend_amount)),
    unique_combination_of_columns(columns := (campaign_id, customer_id))
  ),
  description 'What customers assigned to a campaign had spent before, in experiment_history_days. One row per campaign and customer who had ordered then; who is missing spent nothing. The covariate of int_campaign_adjusted_uplift. Answers: what was known of a customer before a campaign could change anything?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    customer_id = 'The shop''s id of the customer',
    known_spend_amount = 'Net revenue in the days before the assignment',
    is_holdout = 'The customer was held out to compare with',
    touched_date = 'Day of the assignment in the business time zone'
  )
);

SELECT
  assigned.campaign_id::TEXT AS campaign_id,
  assigned.customer_id::TEXT AS customer_id,
  SUM(days.net_revenue_amount)::DECIMAL(18, 2) AS known_spend_amount,
  assigned.is_holdout::BOOLEAN AS is_holdout,
  assigned.touched_date::DATE AS touched_date
FROM intermediate.int_campaign_customers AS assigned
INNER JOIN intermediate.int_customer_days AS days
  ON assigned.customer_id = days.customer_id
  AND days.order_date < assigned.touched_date
  AND days.order_date >= (
    assigned.touched_date - @experiment_history_days
  )::DATE
WHERE
  assigned.is_assigned AND assigned.touched_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  assigned.campaign_id,
  assigned.customer_id,
  assigned.is_holdout,
  assigned.touched_date
