MODEL (
  name intermediate.int_product_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (date_day, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner product_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (product_id, date_day),
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, date_day, order_count, units_sold, net_revenue_amount)),
    unique_combination_of_columns(columns := (product_id, date_day)),
    forall(
      criteria := (
        order_count <= line_count,
        new_customer_count <= customer_count,
        customer_count <= order_count,
        reorder_line_count <= known_line_count,
        known_line_count <= line_count
      )
    ),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_order_items,
      other_column := net_revenue_amount,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'What each product sold in valid sales, and what of it came back, on each day. One row per product and day with a sale or a return. The base of everything per product over time. The margin follows from units and the cost of the product, which is a property of the product and not of the day. Answers: on which days did a product sell, how much, at what price, to how many, and what came back?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    order_count = 'Valid sales with the product',
    line_count = 'Order lines',
    units_sold = 'Units',
    customer_count = 'Known customers who bought the product',
    new_customer_count = 'Known customers who bought the product for the first time; over days it adds up to all customers so far',
    known_line_count = 'Order lines of known customers',
    reorder_line_count = 'Order lines of known customers who had bought the product before',
    first_in_cart_count = 'Orders in which the product was the first in the cart',
    positioned_line_count = 'Order lines whose place in the cart is known',
    cart_positions = 'Sum of the places in the cart, from 1',
    return_count = 'Returns of goods from valid sales on this day, whenever they were sold',
    units_returned = 'Units that came back on this day; a return that does not say how many is one',
    gross_amount = 'Goods before discount',
    discount_amount = 'Discount',
    net_revenue_amount = 'Goods after discount',
    refund_amount = 'Money given back for the returns of this day',
    date_day = 'Day of the sale, or of the return, in the business time zone'
  )
);

WITH products_of_orders AS (
  SELECT
    product_id,
    order_id,
    customer_id,
    is_guest,
    order_date,
    COUNT(*) AS line_count,
    SUM(quantity) AS units_sold,
    SUM(CASE WHEN is_reorder THEN 1 ELSE 0 END) AS reorder_line_count,
    MIN(cart_position) AS first_cart_position,
    COUNT(cart_position) AS positioned_line_count,
    SUM(cart_position) AS cart_positions,
    SUM(gross_amount) AS gross_amount,
    SUM(discount_amount) AS discount_amount,
    SUM(net_revenue_amount) AS net_revenue_amount
  FROM intermediate.int_order_items
  WHERE
    is_valid_sale AND order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    product_id,
    order_id,
    customer_id,
    is_guest,
    order_date
), sales_and_returns AS (
  SELECT
    product_id,
    order_date AS date_day,
    COUNT(*) AS order_count,
    SUM(line_count) AS line_count,
    SUM(units_sold) AS units_sold,
    COUNT(DISTINCT CASE WHEN NOT is_guest THEN customer_id END) AS customer_count,
    COUNT(DISTINCT CASE WHEN NOT is_guest AND reorder_line_count = 0 THEN customer_id END) AS new_customer_count,
    SUM(CASE WHEN is_guest THEN 0 ELSE line_count END) AS known_line_count,
    SUM(reorder_line_count) AS reorder_line_count,
    SUM(CASE WHEN first_cart_position = 1 THEN 1 ELSE 0 END) AS first_in_cart_count,
    SUM(positioned_line_count) AS positioned_line_count,
    SUM(cart_positions) AS cart_positions,
    0 AS return_count,
    0 AS units_returned,
    SUM(gross_amount) AS gross_amount,
    SUM(discount_amount) AS discount_amount,
    SUM(net_revenue_amount) AS net_revenue_amount,
    0 AS refund_amount
  FROM products_of_orders
  GROUP BY
    product_id,
    order_date
  UNION ALL
  SELECT
    returns.product_id,
    returns.returned_date AS date_day,
    0 AS order_count,
    0 AS line_count,
    0 AS units_sold,
    0 AS customer_count,
    0 AS new_customer_count,
    0 AS known_line_count,
    0 AS reorder_line_count,
    0 AS first_in_cart_count,
    0 AS positioned_line_count,
    0 AS cart_positions,
    COUNT(*) AS return_count,
    SUM(COALESCE(returns.quantity, 1)) AS units_returned,
    0 AS gross_amount,
    0 AS discount_amount,
    0 AS net_revenue_amount,
    SUM(returns.refund_amount) AS refund_amount
  FROM staging.stg_returns AS returns
  INNER JOIN staging.stg_orders AS orders
    ON returns.order_id = orders.order_id
  WHERE
    orders.is_valid_sale
    AND NOT returns.product_id IS NULL
    AND returns.returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    returns.product_id,
    returns.returned_date
)
SELECT
  product_id::TEXT AS product_id,
  SUM(order_count)::BIGINT AS order_count,
  SUM(line_count)::BIGINT AS line_count,
  SUM(units_sold)::BIGINT AS units_sold,
  SUM(customer_count)::BIGINT AS customer_count,
  SUM(new_customer_count)::BIGINT AS new_customer_count,
  SUM(known_line_count)::BIGINT AS known_line_count,
  SUM(reorder_line_count)::BIGINT AS reorder_line_count,
  SUM(first_in_cart_count)::BIGINT AS first_in_cart_count,
  SUM(positioned_line_count)::BIGINT AS positioned_line_count,
  COALESCE(SUM(cart_positions), 0)::BIGINT AS cart_positions,
  SUM(return_count)::BIGINT AS return_count,
  SUM(units_returned)::BIGINT AS units_returned,
  SUM(gross_amount)::DECIMAL(18, 2) AS gross_amount,
  SUM(discount_amount)::DECIMAL(18, 2) AS discount_amount,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(refund_amount)::DECIMAL(18, 2) AS refund_amount,
  date_day::DATE AS date_day
FROM sales_and_returns
GROUP BY
  product_id,
  date_day
