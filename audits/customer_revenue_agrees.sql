AUDIT (
  name customer_revenue_agrees
);

/* What customers spent is what their valid orders earned: nothing lost, nothing twice. */
SELECT
  customers.total AS customers_total,
  orders.total AS orders_total
FROM (
  SELECT
    COALESCE(SUM(total_spent), 0)::DECIMAL(38, 2) AS total
  FROM @this_model
) AS customers
CROSS JOIN (
  SELECT
    COALESCE(SUM(CASE WHEN orders.is_valid_sale THEN orders.order_amount - orders.discount_amount ELSE 0 END), 0)::DECIMAL(38, 2) AS total
  FROM staging.stg_orders AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    NOT orders.is_guest AND orders.order_date < as_of.as_of_date
) AS orders
WHERE
  customers.total <> orders.total
