MODEL (
  name intermediate.int_subscription_months,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (subscription_id, month_start),
  references (subscription_id, customer_id),
  audits (
    not_null(columns := (subscription_id, customer_id, month_start, opening_mrr, closing_mrr, movement)),
    unique_combination_of_columns(columns := (subscription_id, month_start)),
    accepted_values(
      "column" := movement,
      is_in := ('new', 'reactivated', 'expansion', 'contraction', 'churned', 'unchanged')
    ),
    foreign_key("column" := subscription_id, parent_table := staging.stg_subscriptions, parent_column := subscription_id),
    one_movement_per_customer
  ),
  description 'Monthly recurring revenue of each subscription at the end of one month and of the next. The movement is that of the customer, so that an upgrade, which ends one subscription and starts another, is an expansion and neither churn nor new: both subscriptions carry the customer''s movement, and what they change by adds up to it. A month counts at its end, the running month at the as-of date; a subscription that begins and ends within a month, or costs nothing, does not count. The shop tells the latest amount of a subscription only, so an amount that was changed in place counts for all its months. One row per subscription and month at whose beginning or end it runs. Answers: which subscriptions made recurring revenue grow and shrink, and why?',
  column_descriptions (
    subscription_id = 'The shop''s id of the subscription',
    customer_id = 'The shop''s id of the customer',
    plan_name = 'Plan',
    movement = 'What the month was for the customer: new, reactivated after a pause over at least one month''s end, expansion, contraction, churned or unchanged',
    opening_mrr = 'Monthly amount at the end of the month before; zero where it did not run',
    closing_mrr = 'Monthly amount at the end of the month; zero where it does not run',
    mrr_change = 'Difference of the two',
    customer_opening_mrr = 'Monthly amount of all subscriptions of the customer at the end of the month before',
    customer_closing_mrr = 'Monthly amount of all subscriptions of the customer at the end of the month',
    is_complete = 'The month is over',
    month_start = 'First day of the month'
  )
);

WITH bounds AS (
  SELECT
    MIN(subscriptions.started_date) AS first_day,
    (
      as_of.as_of_date - 1
    )::DATE AS last_day,
    as_of.as_of_date
  FROM staging.stg_subscriptions AS subscriptions
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    subscriptions.started_date < as_of.as_of_date
  GROUP BY
    as_of.as_of_date
), months AS (
  SELECT
    @time_spine(first_day, last_day, 'month')::DATE AS month_start,
    as_of_date
  FROM bounds
), closings AS (
  SELECT
    month_start,
    LEAST((
      month_start + INTERVAL '1' MONTH
    )::DATE, as_of_date) AS closing_date,
    (
      month_start + INTERVAL '1' MONTH
    )::DATE AS next_month_start,
    as_of_date
  FROM months
), running AS (
  SELECT
    subscriptions.subscription_id,
    subscriptions.customer_id,
    subscriptions.plan_name,
    subscriptions.monthly_amount,
    closings.month_start,
    closings.next_month_start,
    closings.as_of_date
  FROM staging.stg_subscriptions AS subscriptions
  INNER JOIN closings
    ON subscriptions.started_date < closings.closing_date
    AND (
      subscriptions.ended_date IS NULL OR subscriptions.ended_date >= closings.closing_date
    )
  WHERE
    subscriptions.monthly_amount > 0
), both_ends AS (
  SELECT
    subscription_id,
    customer_id,
    plan_name,
    0 AS opening_mrr,
    monthly_amount AS closing_mrr,
    month_start
  FROM running
  UNION ALL
  SELECT
    subscription_id,
    customer_id,
    plan_name,
    monthly_amount AS opening_mrr,
    0 AS closing_mrr,
    next_month_start AS month_start
  FROM running
  WHERE
    next_month_start < as_of_date
), subscription_months AS (
  SELECT
    subscription_id,
    customer_id,
    plan_name,
    SUM(opening_mrr) AS opening_mrr,
    SUM(closing_mrr) AS closing_mrr,
    month_start
  FROM both_ends
  GROUP BY
    subscription_id,
    customer_id,
    plan_name,
    month_start
), customer_months AS (
  SELECT
    subscription_id,
    customer_id,
    plan_name,
    opening_mrr,
    closing_mrr,
    SUM(opening_mrr) OVER (PARTITION BY customer_id, month_start) AS customer_opening_mrr,
    SUM(closing_mrr) OVER (PARTITION BY customer_id, month_start) AS customer_closing_mrr,
    MIN(month_start) OVER (PARTITION BY customer_id) AS first_month_start,
    month_start
  FROM subscription_months
)
SELECT
  customers.subscription_id::TEXT AS subscription_id,
  customers.customer_id::TEXT AS customer_id,
  customers.plan_name::TEXT AS plan_name,
  CASE
    WHEN customers.customer_opening_mrr = 0 AND customers.month_start = customers.first_month_start
    THEN 'new'
    WHEN customers.customer_opening_mrr = 0
    THEN 'reactivated'
    WHEN customers.customer_closing_mrr = 0
    THEN 'churned'
    WHEN customers.customer_closing_mrr > customers.customer_opening_mrr
    THEN 'expansion'
    WHEN customers.customer_closing_mrr < customers.customer_opening_mrr
    THEN 'contraction'
    ELSE 'unchanged'
  END::TEXT AS movement,
  customers.opening_mrr::DECIMAL(18, 2) AS opening_mrr,
  customers.closing_mrr::DECIMAL(18, 2) AS closing_mrr,
  (
    customers.closing_mrr - customers.opening_mrr
  )::DECIMAL(18, 2) AS mrr_change,
  customers.customer_opening_mrr::DECIMAL(18, 2) AS customer_opening_mrr,
  customers.customer_closing_mrr::DECIMAL(18, 2) AS customer_closing_mrr,
  (
    closings.next_month_start <= closings.as_of_date
  )::BOOLEAN AS is_complete,
  customers.month_start::DATE AS month_start
FROM customer_months AS customers
INNER JOIN closings
  ON customers.month_start = closings.month_start
