AUDIT (
  name discounts_include_lines
);

/* The discount of an order includes those on its lines, as the contract has it, within a cent a line. A shop that tells
discounts of lines only would be shown more revenue than it has. */
SELECT
  orders.order_id,
  orders.discount_amount,
  reduced.lines_discount
FROM @orders AS orders
INNER JOIN (
  SELECT
    order_id,
    COUNT(*) AS line_count,
    SUM(discount_amount)::DECIMAL(18, 2) AS lines_discount
  FROM @lines
  WHERE
    discount_amount > 0 AND @in_interval(order_date)
  GROUP BY
    order_id
) AS reduced
  ON orders.order_id = reduced.order_id
WHERE
  @in_interval(orders.order_date)
  AND reduced.lines_discount > orders.discount_amount + 0.01 * reduced.line_count
