MODEL (
  name seeds.marketing_recommendations,
  kind SEED (
    path '../../seeds/marketing_recommendations.csv'
  ),
  owner marketing,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    lifecycle_stage TEXT,
    value_tier TEXT,
    marketing_recommendation TEXT
  ),
  grain (lifecycle_stage, value_tier),
  audits (
    not_null(columns := (lifecycle_stage, value_tier, marketing_recommendation)),
    unique_combination_of_columns(columns := (lifecycle_stage, value_tier))
  ),
  description 'What marketing does by lifecycle stage and value tier. One row per combination. Answers: how do we treat a customer of this stage and value?',
  column_descriptions (
    lifecycle_stage = 'Lifecycle stage of the customer',
    value_tier = 'Value tier of the customer',
    marketing_recommendation = 'The recommended treatment'
  )
)
