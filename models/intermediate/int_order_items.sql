MODEL (
  name intermediate.int_order_items,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (order_id, line_number),
  references (customer_id, product_id),
  audits (
    not_null(columns := (order_id, line_number, product_id, order_date)),
    unique_combination_of_columns(columns := (order_id, line_number)),
    same_row_count(table_name := staging.stg_order_items),
    accepted_range("column" := quantity, min_v := 0, inclusive := FALSE)
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
    cost_amount = 'Cost of the goods; null where unknown, zero unless a valid sale',
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

WITH order_totals AS (
  SELECT
    order_id,
    SUM(quantity * unit_price)::DECIMAL(18, 2) AS goods_amount,
    SUM(discount_amount)::DECIMAL(18, 2) AS line_discount_amount
  FROM staging.stg_order_items
  GROUP BY
    order_id
), lines_with_order AS (
  SELECT
    items.order_id,
    items.line_number,
    orders.customer_id,
    items.product_id,
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
    orders.is_guest,
    orders.is_valid_sale,
    items.order_date,
    orders.ordered_at
  FROM staging.stg_order_items AS items
  INNER JOIN staging.stg_orders AS orders
    ON items.order_id = orders.order_id
  INNER JOIN order_totals AS totals
    ON items.order_id = totals.order_id
), lines_with_product AS (
  SELECT
    lines.order_id,
    lines.line_number,
    lines.customer_id,
    lines.product_id,
    products.aisle_id,
    products.department_id,
    lines.quantity,
    lines.cart_position,
    lines.unit_price,
    lines.gross_amount,
    lines.discount_amount,
    CASE WHEN lines.is_valid_sale THEN lines.gross_amount - lines.discount_amount ELSE 0 END AS net_revenue_amount,
    CASE WHEN lines.is_valid_sale THEN lines.quantity * products.unit_cost ELSE 0 END AS cost_amount,
    lines.is_guest,
    lines.is_valid_sale,
    LOWER(products.product_name) AS product_name,
    MIN(CASE WHEN lines.is_valid_sale AND NOT lines.is_guest THEN lines.ordered_at END) OVER (PARTITION BY lines.customer_id, lines.product_id) AS first_bought_at,
    lines.order_date,
    lines.ordered_at
  FROM lines_with_order AS lines
  LEFT JOIN intermediate.int_products AS products
    ON lines.product_id = products.product_id
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
  net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  cost_amount::DECIMAL(18, 2) AS cost_amount,
  (
    net_revenue_amount - cost_amount
  )::DECIMAL(18, 2) AS gross_margin_amount,
  is_guest::BOOLEAN AS is_guest,
  is_valid_sale::BOOLEAN AS is_valid_sale,
  (
    is_valid_sale AND NOT is_guest AND first_bought_at < ordered_at
  )::BOOLEAN AS is_reorder,
  COALESCE(STRPOS(product_name, 'organic') > 0, FALSE)::BOOLEAN AS is_organic,
  COALESCE(REGEXP_MATCHES(product_name, 'gluten[ -]?free'), FALSE)::BOOLEAN AS is_gluten_free,
  order_date::DATE AS order_date,
  ordered_at::TIMESTAMP AS ordered_at
FROM lines_with_product
