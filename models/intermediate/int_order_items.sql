MODEL (
  name intermediate.int_order_items,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (order_id, line_number),
  references (customer_id, product_id),
  audits (
    not_null(columns := (order_id, line_number, product_id, order_date)),
    unique_combination_of_columns(columns := (order_id, line_number)),
    same_row_count(table_name := staging.stg_order_items, condition := @in_interval(order_date)),
    accepted_range("column" := quantity, min_v := 0, inclusive := FALSE),
    foreign_key("column" := product_id, parent_table := intermediate.int_products, parent_column := product_id),
    order_lines_add_up(orders := staging.stg_orders, blocking := FALSE),
    discounts_include_lines(orders := staging.stg_orders, lines := staging.stg_order_items, blocking := FALSE)
  ),
  description 'Order lines with their order, place in the assortment, money and whether the customer bought the product before. One row per order line. Answers: what was earned with which product, and was it a repeat purchase?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    line_number = 'Line within the order, from 1',
    customer_id = 'The shop''s id of the customer',
    product_id = 'The shop''s id of the product',
    aisle_id = 'The category of the product where that has a department above it',
    department_id = 'The department of the product',
    quantity = 'Units bought',
    cart_position = 'Order in which the product was put in the cart, from 1',
    unit_price = 'Price of one unit before discount',
    gross_amount = 'Goods before discount',
    discount_amount = 'Discount on the line and its share of a discount given on the whole order',
    net_revenue_amount = 'Goods after discount; zero unless the order is a valid sale',
    cost_amount = 'Cost of the goods, zero unless a valid sale; null where the cost of the product is unknown',
    gross_margin_amount = 'Net revenue less cost of the goods; null where a cost is unknown',
    is_guest = 'The order belongs to nobody known: it counts in revenue and products, not per customer',
    is_valid_sale = 'Neither cancelled nor refunded',
    is_reorder = 'The same customer bought the same product before',
    is_organic = 'The product name says organic',
    is_gluten_free = 'The product name says gluten free',
    order_date = 'Day of the order in the business time zone',
    ordered_at = 'When the order was placed, UTC'
  )
);

@forget_moved(order_id, order_date, staging.stg_orders, order_date);

WITH interval_orders AS (
  SELECT
    order_id,
    customer_id,
    discount_amount,
    is_guest,
    is_valid_sale,
    ordered_at
  FROM staging.stg_orders
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
), order_totals AS (
  SELECT
    order_id,
    SUM(quantity * unit_price)::DECIMAL(18, 2) AS goods_amount,
    SUM(discount_amount)::DECIMAL(18, 2) AS line_discount_amount
  FROM staging.stg_order_items
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    order_id
), first_purchases AS (
  SELECT
    orders.customer_id,
    items.product_id,
    MIN(orders.ordered_at) AS first_bought_at
  FROM staging.stg_order_items AS items
  INNER JOIN staging.stg_orders AS orders
    ON items.order_id = orders.order_id
  WHERE
    items.order_date <= @end_ds::DATE
    AND orders.order_date <= @end_ds::DATE
    AND orders.is_valid_sale
    AND NOT orders.is_guest
    AND orders.customer_id IN (
      SELECT
        customer_id
      FROM interval_orders
    )
  GROUP BY
    orders.customer_id,
    items.product_id
), lines AS (
  SELECT
    items.order_id,
    items.line_number,
    orders.customer_id,
    items.product_id,
    products.aisle_id,
    products.department_id,
    items.quantity,
    items.cart_position,
    items.unit_price,
    (
      items.quantity * items.unit_price
    )::DECIMAL(18, 2) AS gross_amount,
    (
      items.discount_amount + COALESCE(
        @safe_divide(
          (
            orders.discount_amount - totals.line_discount_amount
          ) * items.quantity * items.unit_price,
          totals.goods_amount
        ),
        0
      )
    ) /* A discount given on the whole order is shared out by value. */::DECIMAL(18, 2) AS discount_amount,
    products.unit_cost,
    orders.is_guest,
    orders.is_valid_sale,
    orders.is_valid_sale AND NOT orders.is_guest AND first_purchases.first_bought_at < orders.ordered_at AS is_reorder,
    products.is_organic,
    products.is_gluten_free,
    items.order_date,
    orders.ordered_at
  FROM staging.stg_order_items AS items
  INNER JOIN interval_orders AS orders
    ON items.order_id = orders.order_id
  INNER JOIN order_totals AS totals
    ON items.order_id = totals.order_id
  LEFT JOIN intermediate.int_products AS products
    ON items.product_id = products.product_id
  LEFT JOIN first_purchases
    ON orders.customer_id = first_purchases.customer_id AND items.product_id = first_purchases.product_id
  WHERE
    items.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  order_id::TEXT AS order_id,
  line_number::BIGINT AS line_number,
  customer_id::TEXT AS customer_id,
  product_id::TEXT AS product_id,
  aisle_id::TEXT AS aisle_id,
  department_id::TEXT AS department_id,
  quantity::BIGINT AS quantity,
  cart_position::BIGINT AS cart_position,
  unit_price::DECIMAL(18, 2) AS unit_price,
  gross_amount::DECIMAL(18, 2) AS gross_amount,
  discount_amount::DECIMAL(18, 2) AS discount_amount,
  CASE WHEN is_valid_sale THEN gross_amount - discount_amount ELSE 0 END::DECIMAL(18, 2) AS net_revenue_amount,
  CASE WHEN is_valid_sale THEN quantity * unit_cost WHEN NOT unit_cost IS NULL THEN 0 END::DECIMAL(18, 2) AS cost_amount,
  CASE
    WHEN is_valid_sale
    THEN gross_amount - discount_amount - quantity * unit_cost
    WHEN NOT unit_cost IS NULL
    THEN 0
  END::DECIMAL(18, 2) AS gross_margin_amount,
  is_guest::BOOLEAN AS is_guest,
  is_valid_sale::BOOLEAN AS is_valid_sale,
  COALESCE(is_reorder, FALSE)::BOOLEAN AS is_reorder,
  COALESCE(is_organic, FALSE)::BOOLEAN AS is_organic,
  COALESCE(is_gluten_free, FALSE)::BOOLEAN AS is_gluten_free,
  order_date::DATE AS order_date,
  ordered_at::TIMESTAMP AS ordered_at
FROM lines
