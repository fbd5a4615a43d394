MODEL (
  name seeds.model_advice,
  kind SEED (
    path '../../seeds/model_advice.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    status TEXT,
    recommended_action TEXT
  ),
  grain status,
  audits (
    not_null(columns := (status, recommended_action)),
    unique_values(columns := (
      status
    ))
  ),
  description 'What to do about models that are not healthy. One row per status. Answers: what helps a model that fails, is slow or is complex?',
  column_descriptions (status = 'Status of the model', recommended_action = 'What to do')
)
