MODEL (
  name seeds.control_chart_advice,
  kind SEED (
    path '../../seeds/control_chart_advice.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    metric TEXT,
    side TEXT,
    is_adverse BOOLEAN,
    recommended_action TEXT
  ),
  grain (metric, side),
  audits (
    not_null(columns := (metric, side, is_adverse, recommended_action)),
    unique_combination_of_columns(columns := (metric, side)),
    accepted_values("column" := side, is_in := ('low', 'high'))
  ),
  description 'What it means that a control chart leaves its limits. One row per metric and side. Answers: is this the bad side, and what to do?',
  column_descriptions (
    metric = 'Metric of the chart',
    side = 'low or high, seen from the centre line',
    is_adverse = 'Whether that side is the bad one',
    recommended_action = 'What to do'
  )
)
