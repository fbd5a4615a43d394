AUDIT (
  name labels_equal_customer_days,
  dialect duckdb
);

/* The labels of each cutoff add up to the orders and revenue that known customers had up to the label's day. */
WITH labels AS (
  SELECT
    cutoff_date,
    label_date,
    SUM(order_count)::BIGINT AS orders,
    SUM(net_revenue_amount)::DECIMAL(38, 2) AS revenue
  FROM @this_model
  GROUP BY
    cutoff_date,
    label_date
), known_since AS (
  SELECT
    customer_id,
    MIN(order_date) AS first_order_date
  FROM @customer_days
  GROUP BY
    customer_id
), known_from AS (
  SELECT
    known_since.customer_id,
    MIN(labels.cutoff_date) AS first_cutoff_date
  FROM known_since
  INNER JOIN labels
    ON known_since.first_order_date < labels.cutoff_date
  GROUP BY
    known_since.customer_id
), days_of_known AS (
  SELECT
    known_from.first_cutoff_date,
    customer_days.order_date,
    SUM(customer_days.order_count) AS orders,
    SUM(customer_days.net_revenue_amount) AS revenue
  FROM @customer_days AS customer_days
  INNER JOIN known_from
    ON customer_days.customer_id = known_from.customer_id
  GROUP BY
    known_from.first_cutoff_date,
    customer_days.order_date
), days AS (
  SELECT
    labels.cutoff_date,
    labels.label_date,
    SUM(days_of_known.orders)::BIGINT AS orders,
    SUM(days_of_known.revenue)::DECIMAL(38, 2) AS revenue
  FROM labels
  INNER JOIN days_of_known
    ON days_of_known.order_date BETWEEN labels.cutoff_date AND labels.label_date
    AND days_of_known.first_cutoff_date <= labels.cutoff_date
  GROUP BY
    labels.cutoff_date,
    labels.label_date
)
SELECT
  labels.cutoff_date,
  labels.label_date,
  labels.orders,
  days.orders AS expected_orders,
  labels.revenue,
  days.revenue AS expected_revenue
FROM labels
LEFT JOIN days
  ON labels.cutoff_date = days.cutoff_date AND labels.label_date = days.label_date
WHERE
  labels.orders <> COALESCE(days.orders, 0) OR labels.revenue <> COALESCE(days.revenue, 0)
