MODEL (
  name seeds.product_categories,
  kind SEED (
    path '../../seeds/product_categories.csv'
  ),
  owner product_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    department_name TEXT,
    product_category TEXT
  ),
  grain department_name,
  audits (
    not_null(columns := (department_name, product_category)),
    unique_values(columns := (
      department_name
    )),
    accepted_values(
      "column" := product_category,
      is_in := ('Fresh', 'Packaged', 'Consumables', 'Other')
    )
  ),
  description 'Which departments are fresh, packaged or consumables. One row per department, in lower case; a department that is not listed is Other. Answers: to which category does a department belong?',
  column_descriptions (
    department_name = 'Name of the department in lower case',
    product_category = 'Fresh, Packaged, Consumables or Other'
  )
)
