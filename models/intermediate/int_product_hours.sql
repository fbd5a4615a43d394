MODEL (
  name intermediate.int_product_hours,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (product_id, hour_start),
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, hour_start, order_count, units_sold, net_revenue_amount)),
    unique_combination_of_columns(columns := (product_id, hour_start))
  ),
  description 'What each product sold in valid sales in each hour of the last weeks before the as-of date (hourly_history_days); hours are kept no longer because there are nearly as many as order lines. One row per product and hour with a sale. Answers: at what time does a product sell?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    order_count = 'Valid sales with the product',
    line_count = 'Order lines',
    units_sold = 'Units',
    customer_count = 'Known customers who bought the product',
    new_customer_count = 'Known customers who bought the product for the first time',
    known_line_count = 'Order lines of known customers',
    reorder_line_count = 'Order lines of known customers who had bought the product before',
    first_in_cart_count = 'Orders in which the product was the first in the cart',
    positioned_line_count = 'Order lines whose place in the cart is known',
    cart_positions = 'Sum of the places in the cart, from 1',
    gross_amount = 'Goods before discount',
    discount_amount = 'Discount',
    net_revenue_amount = 'Goods after discount',
    hour_start = 'Start of the hour in the business time zone'
  )
);

WITH recent_lines AS (
  SELECT
    items.product_id,
    items.order_id,
    items.customer_id,
    items.quantity,
    items.cart_position,
    items.gross_amount,
    items.discount_amount,
    items.net_revenue_amount,
    items.is_guest,
    items.is_reorder,
    DATE_TRUNC('HOUR', @business_time(items.ordered_at)) AS hour_start
  FROM intermediate.int_order_items AS items
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    items.is_valid_sale
    AND items.order_date >= (
      as_of.as_of_date - @hourly_history_days
    )::DATE
    AND items.order_date < as_of.as_of_date
)
SELECT
  product_id::TEXT AS product_id,
  COUNT(DISTINCT order_id)::BIGINT AS order_count,
  COUNT(*)::BIGINT AS line_count,
  SUM(quantity)::BIGINT AS units_sold,
  COUNT(DISTINCT CASE WHEN NOT is_guest THEN customer_id END)::BIGINT AS customer_count,
  COUNT(DISTINCT CASE WHEN NOT is_guest AND NOT is_reorder THEN customer_id END)::BIGINT AS new_customer_count,
  SUM(CASE WHEN is_guest THEN 0 ELSE 1 END)::BIGINT AS known_line_count,
  SUM(CASE WHEN is_reorder THEN 1 ELSE 0 END)::BIGINT AS reorder_line_count,
  COUNT(DISTINCT CASE WHEN cart_position = 1 THEN order_id END)::BIGINT AS first_in_cart_count,
  COUNT(cart_position)::BIGINT AS positioned_line_count,
  COALESCE(SUM(cart_position), 0)::BIGINT AS cart_positions,
  SUM(gross_amount)::DECIMAL(18, 2) AS gross_amount,
  SUM(discount_amount)::DECIMAL(18, 2) AS discount_amount,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  hour_start::TIMESTAMP AS hour_start
FROM recent_lines
GROUP BY
  product_id,
  hour_start
