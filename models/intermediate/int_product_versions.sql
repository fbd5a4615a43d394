MODEL (
  name intermediate.int_product_versions,
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
  tags (
    intermediate
  ),
  grain (product_id, valid_from),
  references (
    product_id
  ),
  audits (
    not_null(
      columns := (
        product_id,
        valid_from,
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
      )
    ),
    unique_combination_of_columns(columns := (product_id, valid_from), blocking := FALSE),
    forall(criteria := (
      valid_to > valid_from OR valid_to IS NULL
    ), blocking := FALSE),
    one_valid_version("column" := product_id, dimension := intermediate.int_products),
    foreign_key(
      "column" := product_id,
      parent_table := intermediate.int_products,
      parent_column := product_id,
      condition := child.valid_to IS NULL
    )
  ),
  description 'What every run saw of each product: a record that no restatement rewrites. One row per product and version. All but the key is text, empty where nothing is known: SQLMesh puts the new value also in the place of a null of the version before. marts.dim_products_history has types and nulls. Answers: what was known of a product when?',
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
    is_bundle = 'true where the product is a bundle of others, else false',
    is_active = 'true where the product is on sale, else false',
    is_listed = 'true where the shop lists the product, else false',
    valid_from = 'When a run first saw this version, UTC',
    valid_to = 'When a run first saw another version or none, UTC; null while the version is valid'
  )
);

SELECT
  product_id::TEXT AS product_id,
  COALESCE(product_name::TEXT, '')::TEXT AS product_name,
  COALESCE(brand::TEXT, '')::TEXT AS brand,
  COALESCE(aisle_id::TEXT, '')::TEXT AS aisle_id,
  COALESCE(aisle_name::TEXT, '')::TEXT AS aisle_name,
  COALESCE(department_id::TEXT, '')::TEXT AS department_id,
  COALESCE(department_name::TEXT, '')::TEXT AS department_name,
  COALESCE(product_category::TEXT, '')::TEXT AS product_category,
  COALESCE(unit_cost::TEXT, '')::TEXT AS unit_cost,
  COALESCE(list_price::TEXT, '')::TEXT AS list_price,
  COALESCE(is_bundle::TEXT, '')::TEXT AS is_bundle,
  COALESCE(is_active::TEXT, '')::TEXT AS is_active,
  COALESCE(is_listed::TEXT, '')::TEXT AS is_listed
FROM intermediate.int_products
