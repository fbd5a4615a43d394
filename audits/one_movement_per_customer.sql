AUDIT (
  name one_movement_per_customer
);

/* What the subscriptions of a customer change by adds up to the customer's one movement. */
SELECT
  customer_id,
  month_start,
  SUM(mrr_change) AS mrr_change
FROM @this_model
GROUP BY
  customer_id,
  month_start
HAVING
  MIN(movement) <> MAX(movement)
  OR SUM(mrr_change) <> MAX(customer_closing_mrr) - MAX(customer_opening_mrr)
