AUDIT (
  name labels_equal_customer_days,
  dialect duckdb
);

/* The labels of each cutoff add up to the orders and revenue that the customers it keeps had up to the label's day. */
WITH labels AS (
  SELECT
    this.cutoff_date,
    this.label_date,
    MIN(cutoffs.sample_halvings) AS sample_halvings,
    SUM(this.order_count)::BIGINT AS orders,
    SUM(this.net_revenue_amount)::DECIMAL(38, 2) AS revenue
  FROM @this_model AS this
  INNER JOIN @cutoffs AS cutoffs
    ON this.cutoff_date = cutoffs.cutoff_date AND NOT cutoffs.is_current
  GROUP BY
    this.cutoff_date,
    this.label_date
), known_since AS (
  SELECT
    customer_id,
    @hash_halvings(customer_id) AS hash_halvings,
    MIN(order_date) AS first_order_date
  FROM @customer_days
  GROUP BY
    customer_id
), first_order_dates AS (
  SELECT DISTINCT
    first_order_date
  FROM known_since
), known_from AS (
  SELECT
    first_order_dates.first_order_date,
    MIN(labels.cutoff_date) AS first_cutoff_date
  FROM first_order_dates
  INNER JOIN labels
    ON first_order_dates.first_order_date < labels.cutoff_date
  GROUP BY
    first_order_dates.first_order_date
), days_of_known AS (
  SELECT
    known_from.first_cutoff_date,
    known_since.hash_halvings,
    customer_days.order_date,
    SUM(customer_days.order_count) AS orders,
    SUM(customer_days.net_revenue_amount) AS revenue
  FROM @customer_days AS customer_days
  INNER JOIN known_since
    ON customer_days.customer_id = known_since.customer_id
  INNER JOIN known_from
    ON known_since.first_order_date = known_from.first_order_date
  GROUP BY
    known_from.first_cutoff_date,
    known_since.hash_halvings,
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
    AND days_of_known.hash_halvings >= labels.sample_halvings
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
