MODEL (
  name staging.stg_order_items,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain (order_id, line_number),
  references (order_id, product_id),
  audits (
    not_null(columns := (order_id, line_number, product_id, order_date)),
    unique_combination_of_columns(columns := (order_id, line_number)),
    rows_conserved(checked_model := staging.checked_order_items),
    rejected_share_below(checked_model := staging.checked_order_items)
  ),
  description 'Lines of the orders that count. One row per order line. Answers: which products were bought, how many, at what price?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    line_number = 'Line within the order, from 1',
    product_id = 'The shop''s id of the product',
    quantity = 'Units bought',
    cart_position = 'Order in which the product was put in the cart, from 1',
    unit_price = 'Price of one unit before discount',
    discount_amount = 'Discount on the line',
    order_date = 'Day of the order in the business time zone',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(order_id, order_date, staging.checked_order_items);

SELECT
  order_items.order_id::TEXT AS order_id,
  order_items.line_number::BIGINT AS line_number,
  order_items.product_id::TEXT AS product_id,
  order_items.quantity::BIGINT AS quantity,
  order_items.cart_position::BIGINT AS cart_position,
  order_items.unit_price::DECIMAL(18, 2) AS unit_price,
  COALESCE(order_items.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  checked.event_date::DATE AS order_date,
  order_items.updated_at::TIMESTAMP AS updated_at
FROM raw.order_items AS order_items
INNER JOIN staging.checked_order_items AS checked
  ON order_items.order_id = checked.order_id AND order_items.line_number = checked.line_number
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
