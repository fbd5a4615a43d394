AUDIT (
  name order_lines_add_up
);

/* Where an order has lines, they add up to its goods within a cent a line. */
SELECT
  orders.order_id,
  orders.order_amount,
  lines.lines_amount
FROM @orders AS orders
INNER JOIN (
  SELECT
    order_id,
    COUNT(*) AS line_count,
    SUM(gross_amount)::DECIMAL(18, 2) AS lines_amount
  FROM @this_model
  GROUP BY
    order_id
) AS lines
  ON orders.order_id = lines.order_id
WHERE
  @in_interval(orders.order_date)
  AND ABS(orders.order_amount - lines.lines_amount) > 0.01 * lines.line_count
