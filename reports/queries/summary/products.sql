-- The products that did most to move net revenue against the period before.
WITH by_product AS (
  SELECT
    days.product_id,
    ANY_VALUE(days.product_name) AS product,
    COALESCE(SUM(days.net_revenue_amount) FILTER (spans.place = 0), 0)::DOUBLE AS now_amount,
    COALESCE(SUM(days.net_revenue_amount) FILTER (spans.place = 1), 0)::DOUBLE AS before_amount
  FROM marts.mart_product_performance_day AS days
  INNER JOIN ${spans} AS spans
    ON days.period_start BETWEEN spans.first_day AND spans.last_day AND spans.place IN (0, 1)
  GROUP BY days.product_id
)
SELECT product, now_amount, before_amount, now_amount - before_amount AS difference_amount
FROM by_product
ORDER BY ABS(difference_amount) DESC, product_id
LIMIT 10
