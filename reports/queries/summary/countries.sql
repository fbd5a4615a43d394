-- The countries that did most to move net revenue against the period before.
WITH lines AS (
  SELECT
    CASE WHEN orders.is_guest THEN 'guests' ELSE COALESCE(customers.country, 'unknown') END AS country,
    COALESCE(SUM(orders.net_revenue_amount) FILTER (spans.place = 0), 0)::DOUBLE AS now_amount,
    COALESCE(SUM(orders.net_revenue_amount) FILTER (spans.place = 1), 0)::DOUBLE AS before_amount
  FROM marts.fct_orders AS orders
  INNER JOIN ${spans} AS spans
    ON orders.order_date BETWEEN spans.first_day AND spans.last_day AND spans.place IN (0, 1)
  LEFT JOIN marts.dim_customers AS customers ON customers.customer_id = orders.customer_id
  WHERE orders.is_valid_sale
  GROUP BY ALL
)
SELECT country, now_amount, before_amount, now_amount - before_amount AS difference_amount
FROM lines
ORDER BY ABS(difference_amount) DESC, country
LIMIT 6
