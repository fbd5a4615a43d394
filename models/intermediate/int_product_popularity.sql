MODEL (
  name intermediate.int_product_popularity,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (
    intermediate
  ),
  grain product_id,
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, order_share, popularity_rank)),
    unique_values(columns := (
      product_id
    )),
    accepted_range("column" := order_share, min_v := 0, max_v := 1)
  ),
  description 'The products that may be recommended: sold of late (popularity_days) and not taken off sale. One row per product. Answers: what does anybody buy next, of whom nothing else is known?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    popularity_rank = 'Rank by orders, 1 the most popular, of equal ones the smaller id first',
    order_share = 'Share of the valid sales of these days that hold the product'
  )
);

WITH recent_orders AS (
  SELECT
    COUNT(*) AS order_count
  FROM intermediate.int_orders AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    orders.is_valid_sale
    AND orders.order_date >= (
      as_of.as_of_date - @popularity_days
    )::DATE
    AND orders.order_date < as_of.as_of_date
), recent_sales AS (
  SELECT
    days.product_id,
    SUM(days.order_count) AS order_count
  FROM intermediate.int_product_days AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  INNER JOIN intermediate.int_products AS products
    ON days.product_id = products.product_id
  WHERE
    days.date_day >= (
      as_of.as_of_date - @popularity_days
    )::DATE
    AND days.date_day < as_of.as_of_date
    AND (
      products.is_active OR NOT products.is_listed
    )
  GROUP BY
    days.product_id
  HAVING
    SUM(days.order_count) > 0
)
SELECT
  sales.product_id::TEXT AS product_id,
  ROW_NUMBER() OVER (ORDER BY sales.order_count DESC, sales.product_id)::BIGINT AS popularity_rank,
  @safe_divide(sales.order_count, orders.order_count)::DOUBLE AS order_share
FROM recent_sales AS sales
CROSS JOIN recent_orders AS orders
