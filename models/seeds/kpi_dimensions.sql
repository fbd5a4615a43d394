MODEL (
  name seeds.kpi_dimensions,
  kind SEED (
    path '../../seeds/kpi_dimensions.csv'
  ),
  owner finance_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    dimension TEXT,
    label TEXT,
    description TEXT
  ),
  grain dimension,
  audits (
    not_null(columns := (dimension, label, description)),
    unique_values(columns := (
      dimension
    )),
    contains_values("column" := dimension, is_in := (
      'all'
    )),
    accepted_values(
      "column" := dimension,
      is_in := ('all', 'country', 'customer_type', 'payment_method', 'channel')
    )
  ),
  description 'By what the numbers of orders and refunds are divided; a shop that does not need a dimension leaves out its row, except that of everything. One row per dimension. Departments are not among them, since an order may have several. Answers: by what can a number be divided, and what do its members mean?',
  column_descriptions (
    dimension = 'Name of the dimension',
    label = 'Its name for people',
    description = 'What its members are'
  )
)
