MODEL (
  name seeds.check_types,
  kind SEED (
    path '../../seeds/check_types.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    check_type TEXT,
    label TEXT,
    description TEXT,
    recommended_action TEXT
  ),
  grain check_type,
  audits (
    not_null(columns := (check_type, label, description, recommended_action)),
    unique_values(columns := (
      check_type
    ))
  ),
  description 'The types of checks on quality. One row per type. Answers: what does a type look at, and what to do where it finds something?',
  column_descriptions (
    check_type = 'Type of check',
    label = 'Its name for people',
    description = 'What it looks at',
    recommended_action = 'What to do where it finds something'
  )
)
