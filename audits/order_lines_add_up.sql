AUDIT (
  name order_lines_add_up
);

/* Where an order has lines, they add up to its goods within a cent a line. */
SELECT
  orders.order_id,
  orders.gross_amount AS order_amount,
  lines.lines_amount
FROM marts.fct_orders AS orders
INNER JOIN (
  SELECT
    order_id,
    SUM(gross_amount)::DECIMAL(18, 2) AS lines_amount
  FROM @this_model
  GROUP BY
    order_id
) AS lines
  ON orders.order_id = lines.order_id
WHERE
  ABS(orders.gross_amount - lines.lines_amount) > 0.01 * orders.line_count
