MODEL (
  name intermediate.int_products,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain product_id,
  audits (
    not_null(columns := (product_id, product_name)),
    unique_combination_of_columns(columns := (
      product_id
    )),
    contains_all("column" := product_id, other_table := staging.stg_products)
  ),
  description 'Products with their place in the assortment, aisle below department, also those that were sold but that the shop no longer lists. One row per product. Answers: where in the assortment is a product, what does it cost, and is it still listed?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    product_name = 'Name of the product; its id where the shop no longer lists it',
    brand = 'Brand',
    aisle_id = 'The category of the product where that has a department above it',
    aisle_name = 'Name of the aisle',
    department_id = 'The department of the product',
    department_name = 'Name of the department',
    product_category = 'Fresh, Packaged, Consumables or Other, by department',
    unit_cost = 'Cost of one unit',
    list_price = 'Price of one unit before discounts',
    is_bundle = 'The product is a bundle of others',
    is_active = 'The product is on sale',
    is_listed = 'The shop still lists the product',
    is_organic = 'The product name says organic',
    is_gluten_free = 'The product name says gluten free'
  )
);

WITH sold_products AS (
  SELECT DISTINCT
    product_id
  FROM staging.stg_order_items
), all_products AS (
  SELECT
    COALESCE(products.product_id, sold.product_id) AS product_id,
    products.product_name,
    products.brand,
    products.category_id,
    products.unit_cost,
    products.list_price,
    products.is_bundle,
    products.is_active,
    NOT products.product_id IS NULL AS is_listed
  FROM staging.stg_products AS products
  FULL JOIN sold_products AS sold
    ON products.product_id = sold.product_id
), placed_products AS (
  SELECT
    products.product_id,
    products.product_name,
    products.brand,
    CASE WHEN NOT parents.category_id IS NULL THEN categories.category_id END AS aisle_id,
    CASE WHEN NOT parents.category_id IS NULL THEN categories.category_name END AS aisle_name,
    COALESCE(parents.category_id, categories.category_id) AS department_id,
    COALESCE(parents.category_name, categories.category_name) AS department_name,
    products.unit_cost,
    products.list_price,
    products.is_bundle,
    products.is_active,
    products.is_listed
  FROM all_products AS products
  LEFT JOIN staging.stg_categories AS categories
    ON products.category_id = categories.category_id
  LEFT JOIN staging.stg_categories AS parents
    ON categories.parent_category_id = parents.category_id
)
SELECT
  products.product_id::TEXT AS product_id,
  COALESCE(products.product_name, products.product_id)::TEXT AS product_name,
  products.brand::TEXT AS brand,
  products.aisle_id::TEXT AS aisle_id,
  products.aisle_name::TEXT AS aisle_name,
  products.department_id::TEXT AS department_id,
  products.department_name::TEXT AS department_name,
  COALESCE(groups.product_category, 'Other')::TEXT AS product_category,
  products.unit_cost::DECIMAL(18, 2) AS unit_cost,
  products.list_price::DECIMAL(18, 2) AS list_price,
  COALESCE(products.is_bundle, FALSE)::BOOLEAN AS is_bundle,
  COALESCE(products.is_active, FALSE)::BOOLEAN AS is_active,
  products.is_listed::BOOLEAN AS is_listed,
  COALESCE(STRPOS(LOWER(products.product_name), 'organic') > 0, FALSE)::BOOLEAN AS is_organic,
  COALESCE(REGEXP_MATCHES(LOWER(products.product_name), 'gluten[ -]?free'), FALSE)::BOOLEAN AS is_gluten_free
FROM placed_products AS products
LEFT JOIN seeds.product_categories AS groups
  ON LOWER(products.department_name) = groups.department_name
