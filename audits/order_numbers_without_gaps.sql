AUDIT (
  name order_numbers_without_gaps
);

SELECT
  customer_id,
  COUNT(*) AS orders,
  MIN(customer_order_number) AS first_number,
  MAX(customer_order_number) AS last_number
FROM @this_model
WHERE
  NOT customer_order_number IS NULL
GROUP BY
  customer_id
HAVING
  MIN(customer_order_number) <> 1
  OR MAX(customer_order_number) <> COUNT(*)
  OR COUNT(DISTINCT customer_order_number) <> COUNT(*)
