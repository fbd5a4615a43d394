MODEL (
  name marts.fct_order_items,
  kind VIEW,
  owner product_team,
  cron '@daily',
  tags (mart, core),
  grain (order_id, line_number),
  references (order_id, product_id),
  depends_on (intermediate.int_as_of, marts.fct_orders),
  audits (
    same_row_count(table_name := intermediate.int_order_items),
    foreign_key(
      "column" := order_id,
      parent_table := marts.fct_orders,
      parent_column := order_id,
      condition := child.order_date >= (
        SELECT
          (
            as_of_date - @lookback_days
          )::DATE
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'Every order line with its money and whether it is a repeat purchase. One row per order line. Answers: which products earn what, and which are bought again?',
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
    net_revenue_amount = 'Goods after discount; zero unless a valid sale',
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

SELECT
  items.order_id,
  items.line_number,
  items.customer_id,
  items.product_id,
  items.aisle_id,
  items.department_id,
  items.quantity,
  items.cart_position,
  items.unit_price,
  items.gross_amount,
  items.discount_amount,
  items.net_revenue_amount,
  items.cost_amount,
  items.gross_margin_amount,
  items.is_guest,
  items.is_valid_sale,
  items.is_reorder,
  items.is_organic,
  items.is_gluten_free,
  items.order_date,
  items.ordered_at
FROM intermediate.int_order_items AS items
