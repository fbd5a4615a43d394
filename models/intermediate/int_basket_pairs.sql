MODEL (
  name intermediate.int_basket_pairs,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (
    intermediate
  ),
  grain (product_id, other_product_id),
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, other_product_id, order_count, customer_count)),
    unique_combination_of_columns(columns := (product_id, other_product_id)),
    forall(
      criteria := (
        product_id < other_product_id,
        order_count >= @min_pair_orders,
        order_count <= product_order_count,
        order_count <= other_product_order_count,
        customer_count <= order_count,
        product_order_count <= basket_count
      )
    )
  ),
  description 'Products that were bought in one order, often enough to say something (min_pair_orders). Baskets are valid sales before the as-of date, guests included, without those of very many lines (max_basket_lines), which are resellers stocking up. Products with too few baskets for any pair leave before pairs are made. One row per pair of products, the smaller id first. Answers: how often are two products bought together, and by how many customers?',
  column_descriptions (
    product_id = 'The product of the pair with the smaller id',
    other_product_id = 'The other product',
    order_count = 'Baskets with both',
    customer_count = 'Known customers with such a basket',
    product_order_count = 'Baskets with the first product',
    other_product_order_count = 'Baskets with the other product',
    basket_count = 'All baskets, with one product too'
  )
);

/* Small numbers stand for ids: the pairs of ten million baskets have to fit into memory. */
WITH baskets AS (
  SELECT
    orders.order_id,
    ROW_NUMBER() OVER (ORDER BY orders.order_id)::INT AS basket_number,
    CASE WHEN NOT orders.is_guest THEN DENSE_RANK() OVER (ORDER BY orders.customer_id)::INT END AS customer_number
  FROM intermediate.int_orders AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    orders.is_valid_sale
    AND orders.line_count BETWEEN 1 AND @max_basket_lines
    AND orders.order_date < as_of.as_of_date
), basket_count AS (
  SELECT
    COUNT(*) AS basket_count
  FROM baskets
), products AS (
  SELECT
    product_id,
    ROW_NUMBER() OVER (ORDER BY product_id)::INT AS product_number
  FROM intermediate.int_products
), basket_products AS (
  SELECT DISTINCT
    baskets.basket_number,
    products.product_number
  FROM intermediate.int_order_items AS items
  INNER JOIN baskets
    ON items.order_id = baskets.order_id
  INNER JOIN products
    ON items.product_id = products.product_id
), frequent_products AS (
  SELECT
    products.product_id,
    products.product_number,
    COUNT(*) AS order_count
  FROM basket_products
  INNER JOIN products
    ON basket_products.product_number = products.product_number
  GROUP BY
    products.product_id,
    products.product_number
  HAVING
    COUNT(*) >= @min_pair_orders
), frequent_in_baskets AS (
  SELECT
    basket_products.basket_number,
    basket_products.product_number
  FROM basket_products
  INNER JOIN frequent_products
    ON basket_products.product_number = frequent_products.product_number
), pairs_of_customers AS (
  SELECT
    one.product_number,
    other.product_number AS other_product_number,
    baskets.customer_number,
    COUNT(*) AS order_count
  FROM frequent_in_baskets AS one
  INNER JOIN frequent_in_baskets AS other
    ON one.basket_number = other.basket_number AND one.product_number < other.product_number
  INNER JOIN baskets
    ON one.basket_number = baskets.basket_number
  GROUP BY
    one.product_number,
    other.product_number,
    baskets.customer_number
), pairs AS (
  SELECT
    product_number,
    other_product_number,
    SUM(order_count) AS order_count,
    COUNT(customer_number) AS customer_count
  FROM pairs_of_customers
  GROUP BY
    product_number,
    other_product_number
  HAVING
    SUM(order_count) >= @min_pair_orders
)
SELECT
  one.product_id::TEXT AS product_id,
  other.product_id::TEXT AS other_product_id,
  pairs.order_count::BIGINT AS order_count,
  pairs.customer_count::BIGINT AS customer_count,
  one.order_count::BIGINT AS product_order_count,
  other.order_count::BIGINT AS other_product_order_count,
  basket_count.basket_count::BIGINT AS basket_count
FROM pairs
INNER JOIN frequent_products AS one
  ON pairs.product_number = one.product_number
INNER JOIN frequent_products AS other
  ON pairs.other_product_number = other.product_number
CROSS JOIN basket_count
