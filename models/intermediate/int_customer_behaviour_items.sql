MODEL (
  name intermediate.int_customer_behaviour_items,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner customer_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, brand, order_date),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, order_date, unit_count, reduced_unit_count)),
    unique_combination_of_columns(columns := (customer_id, brand, order_date)),
    forall(criteria := (
      reduced_unit_count BETWEEN 0 AND unit_count
    ))
  ),
  description 'Units of each brand that a customer bought on a day, and how many of them below their list price. One row per customer, brand and day with a valid sale; products without a brand share a row. The list price is the price before discounts that the order line bears, which is the one of that day; the list price of today says nothing about last year. Answers: which brands does a customer buy, and only when they are reduced?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    brand = 'Brand; null for products without one',
    unit_count = 'Units',
    reduced_unit_count = 'Units of lines with a discount of their own or a share of the order''s',
    order_date = 'Day of the order in the business time zone'
  )
);

SELECT
  items.customer_id::TEXT AS customer_id,
  products.brand::TEXT AS brand,
  SUM(items.quantity)::BIGINT AS unit_count,
  SUM(CASE WHEN items.discount_amount > 0 THEN items.quantity ELSE 0 END)::BIGINT AS reduced_unit_count,
  items.order_date::DATE AS order_date
FROM intermediate.int_order_items AS items
LEFT JOIN intermediate.int_products AS products
  ON items.product_id = products.product_id
WHERE
  items.is_valid_sale
  AND NOT items.is_guest
  AND items.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  items.customer_id,
  products.brand,
  items.order_date
