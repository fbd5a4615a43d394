MODEL (
  name staging.stg_categories,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain category_id,
  audits (
    not_null(columns := (category_id, category_name)),
    unique_values(columns := (
      category_id
    )),
    rows_conserved(checked_model := staging.checked_categories),
    rejected_share_below(checked_model := staging.checked_categories)
  ),
  description 'The shop''s category tree. One row per category; an aisle has a department as its parent. Answers: how is the assortment divided?',
  column_descriptions (
    category_id = 'The shop''s id of the category',
    category_name = 'Name of the category',
    parent_category_id = 'The category above; null for a department',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

SELECT
  categories.category_id::TEXT AS category_id,
  TRIM(categories.category_name)::TEXT AS category_name,
  NULLIF(TRIM(categories.parent_category_id), '')::TEXT AS parent_category_id,
  categories.updated_at::TIMESTAMP AS updated_at
FROM raw.categories AS categories
INNER JOIN staging.checked_categories AS checked
  ON categories.category_id = checked.category_id
WHERE
  checked.rejection_reasons IS NULL
