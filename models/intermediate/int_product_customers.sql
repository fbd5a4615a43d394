MODEL (
  name intermediate.int_product_customers,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (
    intermediate
  ),
  grain (customer_id, product_id),
  references (customer_id, product_id),
  audits (
    not_null(columns := (customer_id, product_id, order_count, last_order_date)),
    unique_combination_of_columns(columns := (customer_id, product_id))
  ),
  description 'Who bought what in valid sales before the as-of date, and how often. One row per known customer and product. Answers: which products does a customer come back for?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    product_id = 'The shop''s id of the product',
    order_count = 'Orders of the customer with the product',
    last_order_date = 'Day of the last one'
  )
);

SELECT
  items.customer_id::TEXT AS customer_id,
  items.product_id::TEXT AS product_id,
  COUNT(DISTINCT items.order_id)::BIGINT AS order_count,
  MAX(items.order_date)::DATE AS last_order_date
FROM intermediate.int_order_items AS items
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  items.is_valid_sale AND NOT items.is_guest AND items.order_date < as_of.as_of_date
GROUP BY
  items.customer_id,
  items.product_id
