AUDIT (
  name features_equal_customer_days,
  dialect duckdb
);

/* The features of each cutoff add up to the orders and revenue of the customer days before it. */
WITH features AS (
  SELECT
    cutoff_date,
    SUM(order_count)::BIGINT AS orders,
    ROUND(SUM(spend_amount), 2)::DECIMAL(38, 2) AS revenue
  FROM @this_model
  GROUP BY
    cutoff_date
), days AS (
  SELECT
    features.cutoff_date,
    SUM(customer_days.order_count)::BIGINT AS orders,
    SUM(customer_days.net_revenue_amount)::DECIMAL(38, 2) AS revenue
  FROM features
  INNER JOIN @customer_days AS customer_days
    ON customer_days.order_date < features.cutoff_date
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
