AUDIT (
  name features_equal_customer_days,
  dialect duckdb
);

/* The features of each cutoff add up to the orders and revenue of the customer days before it, of the customers it keeps. */
WITH features AS (
  SELECT
    cutoff_date,
    SUM(order_count)::BIGINT AS orders,
    ROUND(SUM(spend_amount), 2)::DECIMAL(38, 2) AS revenue
  FROM @this_model
  GROUP BY
    cutoff_date
), last_cutoff AS (
  SELECT
    MAX(cutoff_date) AS cutoff_date
  FROM features
  HAVING
    COUNT(*) > 0
), hashed_days AS (
  /* Features as of now are of all customers. */
  SELECT
    customer_days.order_date,
    customer_days.order_count,
    customer_days.net_revenue_amount,
    CASE WHEN @is_current THEN 0 ELSE @hash_halvings(customer_days.customer_id) END AS hash_halvings
  FROM @customer_days AS customer_days
  INNER JOIN last_cutoff
    ON customer_days.order_date < last_cutoff.cutoff_date
), day_totals AS (
  SELECT
    order_date,
    hash_halvings,
    SUM(order_count) AS orders,
    SUM(net_revenue_amount) AS revenue
  FROM hashed_days
  GROUP BY
    order_date,
    hash_halvings
), days AS (
  SELECT
    features.cutoff_date,
    SUM(day_totals.orders)::BIGINT AS orders,
    SUM(day_totals.revenue)::DECIMAL(38, 2) AS revenue
  FROM features
  INNER JOIN @cutoffs AS cutoffs
    ON features.cutoff_date = cutoffs.cutoff_date AND cutoffs.is_current = @is_current
  INNER JOIN day_totals
    ON day_totals.order_date < features.cutoff_date AND day_totals.hash_halvings >= cutoffs.sample_halvings
  GROUP BY
    features.cutoff_date
)
SELECT
  features.cutoff_date,
  features.orders,
  days.orders AS expected_orders,
  features.revenue,
  days.revenue AS expected_revenue
FROM features
LEFT JOIN days
  ON features.cutoff_date = days.cutoff_date
WHERE
  features.orders <> COALESCE(days.orders, 0)
  OR ABS(features.revenue - COALESCE(days.revenue, 0)) > 0.01
