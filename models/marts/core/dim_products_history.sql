MODEL (
  name marts.dim_products_history,
  kind SCD_TYPE_2_BY_COLUMN (
    unique_key product_id,
    columns (
      product_name,
      brand,
      aisle_id,
      aisle_name,
      department_id,
      department_name,
      product_category,
      unit_cost,
      list_price,
      is_bundle,
      is_active,
      is_listed
    ),
    execution_time_as_valid_from TRUE,
    invalidate_hard_deletes TRUE,
    disable_restatement TRUE
  ),
  owner product_team,
  cron '@daily',
  tags (mart, core),
  grain (product_id, valid_from),
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, valid_from, product_name)),
    unique_combination_of_columns(columns := (product_id, valid_from), blocking := FALSE),
    forall(criteria := (
      valid_to > valid_from OR valid_to IS NULL
    ), blocking := FALSE),
    one_valid_version("column" := product_id, dimension := marts.dim_products),
    foreign_key(
      "column" := product_id,
      parent_table := marts.dim_products,
      parent_column := product_id,
      condition := child.valid_to IS NULL
    )
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
  product_name::TEXT AS product_name,
  brand::TEXT AS brand,
  aisle_id::TEXT AS aisle_id,
  aisle_name::TEXT AS aisle_name,
  department_id::TEXT AS department_id,
  department_name::TEXT AS department_name,
  product_category::TEXT AS product_category,
  unit_cost::DECIMAL(18, 2) AS unit_cost,
  list_price::DECIMAL(18, 2) AS list_price,
  is_bundle::BOOLEAN AS is_bundle,
  is_active::BOOLEAN AS is_active,
  is_listed::BOOLEAN AS is_listed
FROM marts.dim_products
