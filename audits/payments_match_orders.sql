AUDIT (
  name payments_match_orders,
  defaults (days = 7, tolerance = 0.05)
);

/* What was paid is what was ordered, per day, within a tolerance. Days of orders without any payment on record say
that the shop has no source of payments, or that it is late: freshness tells that. */
WITH recent_orders AS (
  SELECT
    orders.order_id,
    orders.order_date,
    orders.total_amount
  FROM @this_model AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    orders.order_status IN ('paid', 'shipped', 'delivered')
    AND orders.order_date >= (
      as_of.as_of_date - @days
    )::DATE
), paid AS (
  SELECT
    order_id,
    SUM(CASE WHEN is_captured THEN amount ELSE 0 END)::DECIMAL(18, 2) AS paid_amount
  FROM @payments
  WHERE
    order_id IN (
      SELECT
        order_id
      FROM recent_orders
    )
  GROUP BY
    order_id
)
SELECT
  orders.order_date,
  SUM(orders.total_amount) AS ordered_amount,
  SUM(COALESCE(paid.paid_amount, 0)) AS paid_amount
FROM recent_orders AS orders
LEFT JOIN paid
  ON orders.order_id = paid.order_id
GROUP BY
  orders.order_date
HAVING
  SUM(COALESCE(paid.paid_amount, 0)) > 0
  AND ABS(SUM(orders.total_amount) - SUM(COALESCE(paid.paid_amount, 0))) > @tolerance * SUM(orders.total_amount)
