MODEL (
  name marts.mart_subscription_metrics,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, executive),
  grain month_start,
  audits (
    months_open_as_they_closed,
    sums_agree(
      "column" := closing_mrr,
      other_table := intermediate.int_subscription_months,
      other_column := closing_mrr
    )
  ),
  description 'Recurring revenue month by month. Movements are those of customers, see intermediate.int_subscription_months; what is lost is negative. Retention looks at the customers of the month before: who comes new or back is not in it. One row per month from the first subscription to the last complete day, also where nothing moved; the last month may be running. Answers: how high is recurring revenue, why did it change, how much of it and how many of its customers stay?',
  column_descriptions (
    month_start = 'First day of the month',
    opening_mrr = 'Monthly recurring revenue at the end of the month before',
    new_mrr = 'Of customers who never subscribed before',
    reactivated_mrr = 'Of customers who come back',
    expansion_mrr = 'What customers pay more than the month before',
    contraction_mrr = 'What customers pay less than the month before; zero or negative',
    churned_mrr = 'What customers paid who left; zero or negative',
    closing_mrr = 'Monthly recurring revenue at the end of the month',
    opening_subscribers = 'Paying customers at the end of the month before',
    new_subscribers = 'Customers who never subscribed before',
    reactivated_subscribers = 'Customers who come back',
    churned_subscribers = 'Customers who left',
    closing_subscribers = 'Paying customers at the end of the month',
    gross_revenue_retention = 'Share of the opening revenue that neither churned nor contracted, 0 to 1',
    net_revenue_retention = 'The same with what the staying customers pay more, may exceed 1',
    logo_churn = 'Share of the paying customers of the month before who left, 0 to 1',
    mrr_per_subscriber = 'Recurring revenue per paying customer at the end of the month',
    is_complete = 'The month is over; else the figures are those so far'
  )
);

WITH bounds AS (
  SELECT
    MIN(subscriptions.month_start) AS first_day,
    (
      as_of.as_of_date - 1
    )::DATE AS last_day,
    as_of.as_of_date
  FROM intermediate.int_subscription_months AS subscriptions
  CROSS JOIN intermediate.int_as_of AS as_of
  GROUP BY
    as_of.as_of_date
), months AS (
  SELECT
    @time_spine(first_day, last_day, 'month')::DATE AS month_start,
    as_of_date
  FROM bounds
), movements AS (
  SELECT
    month_start,
    SUM(opening_mrr) AS opening_mrr,
    SUM(CASE WHEN movement = 'new' THEN mrr_change ELSE 0 END) AS new_mrr,
    SUM(CASE WHEN movement = 'reactivated' THEN mrr_change ELSE 0 END) AS reactivated_mrr,
    SUM(CASE WHEN movement = 'expansion' THEN mrr_change ELSE 0 END) AS expansion_mrr,
    SUM(CASE WHEN movement = 'contraction' THEN mrr_change ELSE 0 END) AS contraction_mrr,
    SUM(CASE WHEN movement = 'churned' THEN mrr_change ELSE 0 END) AS churned_mrr,
    SUM(closing_mrr) AS closing_mrr,
    COUNT(DISTINCT CASE WHEN customer_opening_mrr > 0 THEN customer_id END) AS opening_subscribers,
    COUNT(DISTINCT CASE WHEN movement = 'new' THEN customer_id END) AS new_subscribers,
    COUNT(DISTINCT CASE WHEN movement = 'reactivated' THEN customer_id END) AS reactivated_subscribers,
    COUNT(DISTINCT CASE WHEN movement = 'churned' THEN customer_id END) AS churned_subscribers,
    COUNT(DISTINCT CASE WHEN customer_closing_mrr > 0 THEN customer_id END) AS closing_subscribers
  FROM intermediate.int_subscription_months
  GROUP BY
    month_start
)
SELECT
  months.month_start::DATE AS month_start,
  COALESCE(movements.opening_mrr, 0)::DECIMAL(18, 2) AS opening_mrr,
  COALESCE(movements.new_mrr, 0)::DECIMAL(18, 2) AS new_mrr,
  COALESCE(movements.reactivated_mrr, 0)::DECIMAL(18, 2) AS reactivated_mrr,
  COALESCE(movements.expansion_mrr, 0)::DECIMAL(18, 2) AS expansion_mrr,
  COALESCE(movements.contraction_mrr, 0)::DECIMAL(18, 2) AS contraction_mrr,
  COALESCE(movements.churned_mrr, 0)::DECIMAL(18, 2) AS churned_mrr,
  COALESCE(movements.closing_mrr, 0)::DECIMAL(18, 2) AS closing_mrr,
  COALESCE(movements.opening_subscribers, 0)::BIGINT AS opening_subscribers,
  COALESCE(movements.new_subscribers, 0)::BIGINT AS new_subscribers,
  COALESCE(movements.reactivated_subscribers, 0)::BIGINT AS reactivated_subscribers,
  COALESCE(movements.churned_subscribers, 0)::BIGINT AS churned_subscribers,
  COALESCE(movements.closing_subscribers, 0)::BIGINT AS closing_subscribers,
  @safe_divide(movements.opening_mrr + movements.contraction_mrr + movements.churned_mrr, movements.opening_mrr)::DOUBLE AS gross_revenue_retention,
  @safe_divide(
    movements.opening_mrr + movements.expansion_mrr + movements.contraction_mrr + movements.churned_mrr,
    movements.opening_mrr
  )::DOUBLE AS net_revenue_retention,
  @safe_divide(movements.churned_subscribers, movements.opening_subscribers)::DOUBLE AS logo_churn,
  @safe_divide(movements.closing_mrr, movements.closing_subscribers)::DOUBLE AS mrr_per_subscriber,
  (
    (
      months.month_start + INTERVAL '1' MONTH
    )::DATE <= months.as_of_date
  )::BOOLEAN AS is_complete
FROM months
LEFT JOIN movements
  ON months.month_start = movements.month_start
