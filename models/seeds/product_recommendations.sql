MODEL (
  name seeds.product_recommendations,
  kind SEED (
    path '../../seeds/product_recommendations.csv'
  ),
  owner product_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    lifecycle TEXT,
    abc_class TEXT,
    recommendation TEXT
  ),
  grain (lifecycle, abc_class),
  audits (
    not_null(columns := (lifecycle, abc_class, recommendation)),
    unique_combination_of_columns(columns := (lifecycle, abc_class)),
    row_count_is(row_count := 18)
  ),
  description 'What to do with a product by its lifecycle and ABC class. One row per combination. Answers: what do we do with a product of this kind?',
  column_descriptions (
    lifecycle = 'star, cash_cow, question_mark, dog, developing or unsold',
    abc_class = 'A, B or C by revenue',
    recommendation = 'What to do'
  )
)
