MODEL (
  name seeds.affinity_advice,
  kind SEED (
    path '../../seeds/affinity_advice.csv'
  ),
  owner product_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    relation TEXT,
    strength TEXT,
    advice TEXT
  ),
  grain (relation, strength),
  audits (
    not_null(columns := (relation, strength, advice)),
    unique_combination_of_columns(columns := (relation, strength)),
    row_count_is(row_count := 15)
  ),
  description 'What to do with two products that are bought together. One row per relation and strength. Answers: what do we make of a pair of products?',
  column_descriptions (
    relation = 'variant, bundle or product',
    strength = 'very_strong, strong, moderate or weak; unproven while it may be luck',
    advice = 'What to do'
  )
)
