MODEL (
  name marts.mart_cohort_retention,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (mart, customers),
  grain (cohort_month, months_since_first_order),
  depends_on (
    intermediate.int_customer_order_summary
  ),
  audits (
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_customer_order_summary,
      other_column := total_spent
    )
  ),
  description 'How customers who first bought in the same month went on. One row per cohort month and calendar month since, up to the month of the as-of date, months without a buyer too. Retained is who ordered in that month. Answers: which share of new customers buys again after 1, 3, 12 months? Are newer cohorts better than older ones? What has a customer of a cohort brought so far?',
  column_descriptions (
    months_since_first_order = 'Calendar months after the month of the first order, which is 0',
    customer_count = 'Customers of the cohort',
    retained_customer_count = 'Customers of the cohort with an order in the month',
    order_count = 'Orders of the cohort in the month',
    net_revenue_amount = 'Net revenue of the cohort in the month',
    gross_margin_amount = 'Gross margin in the month of the orders whose cost is known; null where no cost is known',
    cumulative_net_revenue_amount = 'Net revenue of the cohort up to the end of the month',
    cumulative_gross_margin_amount = 'Gross margin of the cohort up to the end of the month, like that of the month',
    retention_share = 'Retained customers per customer of the cohort (logo retention), 0 to 1',
    revenue_retention_share = 'Net revenue of the month per net revenue of month 0',
    cumulative_revenue_per_customer = 'Net revenue of the cohort up to the end of the month, per customer',
    cumulative_margin_per_customer = 'Gross margin of the cohort up to the end of the month, per customer',
    is_complete = 'The month was over on the as-of date: its figures are final but for late rows',
    is_small_cohort = 'The cohort has fewer than min_cohort_size customers: shares say little',
    cohort_month = 'First day of the month of the first order',
    month_start = 'First day of the month'
  )
);

WITH cohorts AS (
  SELECT
    cohort_month,
    COUNT(*) AS customer_count
  FROM intermediate.int_customer_months
  WHERE
    months_since_first_order = 0
  GROUP BY
    cohort_month
), activity AS (
  SELECT
    cohort_month,
    month_start,
    COUNT(*) AS retained_customer_count,
    SUM(order_count) AS order_count,
    SUM(net_revenue_amount) AS net_revenue_amount,
    SUM(gross_margin_amount) AS gross_margin_amount
  FROM intermediate.int_customer_months
  GROUP BY
    cohort_month,
    month_start
), cells AS (
  SELECT
    cohorts.cohort_month,
    cohorts.customer_count,
    @time_spine(cohorts.cohort_month, (
      as_of.as_of_date - 1
    )::DATE, 'month')::DATE AS month_start,
    as_of.as_of_date
  FROM cohorts
  CROSS JOIN intermediate.int_as_of AS as_of
), cells_with_activity AS (
  SELECT
    cells.cohort_month,
    cells.month_start,
    cells.customer_count,
    @months_between(cells.cohort_month, cells.month_start) AS months_since_first_order,
    COALESCE(activity.retained_customer_count, 0) AS retained_customer_count,
    COALESCE(activity.order_count, 0) AS order_count,
    COALESCE(activity.net_revenue_amount, 0) AS net_revenue_amount,
    activity.gross_margin_amount,
    SUM(activity.net_revenue_amount) OVER (PARTITION BY cells.cohort_month ORDER BY cells.month_start) AS cumulative_net_revenue_amount,
    SUM(activity.gross_margin_amount) OVER (PARTITION BY cells.cohort_month ORDER BY cells.month_start) AS cumulative_gross_margin_amount,
    FIRST_VALUE(activity.net_revenue_amount) OVER (PARTITION BY cells.cohort_month ORDER BY cells.month_start) AS first_net_revenue_amount,
    (
      cells.month_start + INTERVAL '1' MONTH
    )::DATE <= cells.as_of_date AS is_complete
  FROM cells
  LEFT JOIN activity
    ON cells.cohort_month = activity.cohort_month AND cells.month_start = activity.month_start
)
SELECT
  months_since_first_order::INT AS months_since_first_order,
  customer_count::BIGINT AS customer_count,
  retained_customer_count::BIGINT AS retained_customer_count,
  order_count::BIGINT AS order_count,
  net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  cumulative_net_revenue_amount::DECIMAL(18, 2) AS cumulative_net_revenue_amount,
  cumulative_gross_margin_amount::DECIMAL(18, 2) AS cumulative_gross_margin_amount,
  @safe_divide(retained_customer_count, customer_count)::DOUBLE AS retention_share,
  @safe_divide(net_revenue_amount, first_net_revenue_amount)::DOUBLE AS revenue_retention_share,
  @safe_divide(cumulative_net_revenue_amount, customer_count)::DOUBLE AS cumulative_revenue_per_customer,
  @safe_divide(cumulative_gross_margin_amount, customer_count)::DOUBLE AS cumulative_margin_per_customer,
  is_complete::BOOLEAN AS is_complete,
  (
    customer_count < @min_cohort_size
  )::BOOLEAN AS is_small_cohort,
  cohort_month::DATE AS cohort_month,
  month_start::DATE AS month_start
FROM cells_with_activity
