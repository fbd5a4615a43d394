-- Customers who bought, in stretches of thirty days, the latest first, with the same thirty days a year earlier.
WITH purchases AS (
  SELECT
    orders.customer_id,
    orders.is_first_order,
    (DATE_DIFF('day', orders.order_date, days.as_of_date) - 1) // 30 AS stretch,
    orders.order_date >= days.as_of_date - INTERVAL 1 YEAR - INTERVAL 30 DAY
      AND orders.order_date < days.as_of_date - INTERVAL 1 YEAR AS is_year_ago,
    days.as_of_date,
    days.first_day
  FROM marts.fct_orders AS orders
  CROSS JOIN ${as_of} AS days
  WHERE orders.is_valid_sale AND NOT orders.is_guest AND orders.order_date < days.as_of_date
),
stretches AS (
  SELECT
    stretch,
    MAX(as_of_date) - (stretch * 30)::INTEGER - 1 AS ends_on,
    COUNT(DISTINCT customer_id) AS active_customers,
    COUNT(DISTINCT customer_id) FILTER (is_first_order) AS first_time_customers
  FROM purchases
  GROUP BY stretch
  HAVING stretch < DATE_DIFF('day', MAX(first_day), MAX(as_of_date)) // 30
),
a_year_ago AS (
  SELECT COUNT(DISTINCT customer_id) AS year_ago_customers
  FROM purchases
  WHERE is_year_ago AND first_day <= as_of_date - INTERVAL 1 YEAR - INTERVAL 30 DAY
)
SELECT
  stretches.*,
  stretches.active_customers - stretches.first_time_customers AS returning_customers,
  stretches.active_customers / NULLIF(LEAD(stretches.active_customers) OVER (ORDER BY stretch), 0) - 1 AS active_change,
  stretches.active_customers / NULLIF(a_year_ago.year_ago_customers, 0) - 1 AS active_year_change,
  returning_customers / NULLIF(LEAD(returning_customers) OVER (ORDER BY stretch), 0) - 1 AS returning_change,
  returning_customers / NULLIF(stretches.active_customers, 0) AS returning_share
FROM stretches
CROSS JOIN a_year_ago
QUALIFY stretch < 13
ORDER BY stretch
