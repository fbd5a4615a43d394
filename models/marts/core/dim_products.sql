MODEL (
  name marts.dim_products,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (mart, core),
  grain product_id,
  audits (
    not_null(columns := (product_id, product_name)),
    unique_values(columns := (
      product_id
    )),
    same_row_count(table_name := intermediate.int_products)
  ),
  description 'Products with their place in the assortment: department, aisle, product. One row per product, also for one that was sold but that the shop no longer lists (is_listed is false). Answers: what do we sell, in which department, at what price and cost?',
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
    is_listed = 'The shop still lists the product'
  )
);

SELECT
  products.product_id,
  products.product_name,
  products.brand,
  products.aisle_id,
  products.aisle_name,
  products.department_id,
  products.department_name,
  products.product_category,
  products.unit_cost,
  products.list_price,
  products.is_bundle,
  products.is_active,
  products.is_listed
FROM intermediate.int_products AS products
