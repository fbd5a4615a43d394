AUDIT (
  name order_numbers_without_gaps
);

/* The numbers of a customer's orders follow each other, and the last one is the number of valid orders so far. */
WITH numbered AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    COUNT(DISTINCT customer_order_number) AS different_numbers,
    MIN(customer_order_number) AS first_number,
    MAX(customer_order_number) AS last_number,
    MAX(order_date) AS last_date
  FROM @this_model
  WHERE
    NOT customer_order_number IS NULL
  GROUP BY
    customer_id
), orders_so_far AS (
  SELECT
    history.customer_id,
    COUNT(*) AS orders
  FROM @history AS history
  INNER JOIN numbered
    ON history.customer_id = numbered.customer_id AND history.order_date <= numbered.last_date
  WHERE
    history.is_valid_sale AND NOT history.is_guest
  GROUP BY
    history.customer_id
)
SELECT
  numbered.customer_id,
  numbered.orders,
  numbered.first_number,
  numbered.last_number,
  orders_so_far.orders AS orders_so_far
FROM numbered
LEFT JOIN orders_so_far
  ON numbered.customer_id = orders_so_far.customer_id
WHERE
  numbered.different_numbers <> numbered.orders
  OR numbered.last_number - numbered.first_number + 1 <> numbered.orders
  OR numbered.last_number <> COALESCE(orders_so_far.orders, 0)
