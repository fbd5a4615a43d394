MODEL (
  name seeds.rejection_advice,
  kind SEED (
    path '../../seeds/rejection_advice.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    priority INT,
    reason_pattern TEXT,
    recommended_action TEXT
  ),
  grain reason_pattern,
  audits (
    not_null(columns := (priority, reason_pattern, recommended_action)),
    unique_values(columns := (
      priority
    ))
  ),
  description 'What to do about rows that were refused. One row per pattern of reasons. Answers: what helps against a reason for refusing rows?',
  column_descriptions (
    priority = 'Of the patterns that a reason is like, the one with the least number counts',
    reason_pattern = 'LIKE pattern of reasons',
    recommended_action = 'What to do'
  )
)
