AUDIT (
  name payments_match_orders,
  defaults (days = 7, tolerance = 0.05)
);

/* What was paid is what was ordered, per day, within a tolerance. Days of orders without any payment on record say
that the shop has no source of payments, or that it is late: freshness tells that. */
SELECT
  orders.order_date,
  SUM(orders.total_amount) AS ordered_amount,
  SUM(orders.paid_amount) AS paid_amount
FROM @this_model AS orders
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  orders.order_status IN ('paid', 'shipped', 'delivered')
  AND orders.order_date >= (
    as_of.as_of_date - @days
  )::DATE
GROUP BY
  orders.order_date
HAVING
  SUM(orders.paid_amount) > 0
  AND ABS(SUM(orders.total_amount) - SUM(orders.paid_amount)) > @tolerance * SUM(orders.total_amount)
