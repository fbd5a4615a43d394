MODEL (
  name marts.dim_products_history,
  kind VIEW,
  owner product_team,
  cron '@daily',
  tags (mart, core),
  grain (product_id, valid_from),
  references (
    product_id
  ),
  depends_on (
    marts.dim_products
  ),
  audits (
    not_null(columns := (product_id, valid_from)),
    same_row_count(table_name := intermediate.int_product_versions),
    contains_all("column" := product_id, other_table := marts.dim_products)
  ),
  description 'What was known of each product when: a record of what every run saw, which no restatement rewrites. One row per product and version. The first version begins with the run that first saw the product; what was before is not known. Answers: what did a product cost and what was asked for it on a day? When did prices change, and by how much?',
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
    valid_from = 'When a run first saw this version, UTC',
    valid_to = 'When a run first saw another version or none, UTC; null while the version is valid'
  )
);

SELECT
  product_id::TEXT AS product_id,
  NULLIF(product_name, '')::TEXT AS product_name,
  NULLIF(brand, '')::TEXT AS brand,
  NULLIF(aisle_id, '')::TEXT AS aisle_id,
  NULLIF(aisle_name, '')::TEXT AS aisle_name,
  NULLIF(department_id, '')::TEXT AS department_id,
  NULLIF(department_name, '')::TEXT AS department_name,
  NULLIF(product_category, '')::TEXT AS product_category,
  NULLIF(unit_cost, '')::DECIMAL(18, 2) AS unit_cost,
  NULLIF(list_price, '')::DECIMAL(18, 2) AS list_price,
  NULLIF(is_bundle, '')::BOOLEAN AS is_bundle,
  NULLIF(is_active, '')::BOOLEAN AS is_active,
  NULLIF(is_listed, '')::BOOLEAN AS is_listed,
  valid_from::TIMESTAMP AS valid_from,
  valid_to::TIMESTAMP AS valid_to
FROM intermediate.int_product_versions
