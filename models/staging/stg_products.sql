MODEL (
  name staging.stg_products,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain product_id,
  references (
    category_id
  ),
  audits (
    not_null(columns := (product_id, product_name)),
    unique_values(columns := (
      product_id
    )),
    rows_conserved(checked_model := staging.checked_products),
    rejected_share_below(checked_model := staging.checked_products)
  ),
  description 'The shop''s products at their latest version. One row per product. Answers: what do we sell, at what price and cost?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    product_name = 'Name of the product',
    category_id = 'The shop''s id of the category (aisle)',
    brand = 'Brand',
    parent_product_id = 'The product this one is a variant of',
    unit_cost = 'Cost of one unit',
    list_price = 'Price of one unit before discounts',
    is_bundle = 'The product is a bundle of others',
    is_active = 'The product is on sale',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

SELECT
  products.product_id::TEXT AS product_id,
  TRIM(products.product_name)::TEXT AS product_name,
  NULLIF(TRIM(products.category_id), '')::TEXT AS category_id,
  NULLIF(TRIM(products.brand), '')::TEXT AS brand,
  NULLIF(TRIM(products.parent_product_id), '')::TEXT AS parent_product_id,
  products.unit_cost::DECIMAL(18, 2) AS unit_cost,
  products.list_price::DECIMAL(18, 2) AS list_price,
  COALESCE(products.is_bundle, FALSE)::BOOLEAN AS is_bundle,
  COALESCE(products.is_active, TRUE)::BOOLEAN AS is_active,
  products.updated_at::TIMESTAMP AS updated_at
FROM raw.products AS products
INNER JOIN staging.checked_products AS checked
  ON products.product_id = checked.product_id
WHERE
  checked.rejection_reasons IS NULL
