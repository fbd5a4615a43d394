MODEL (
  name seeds.customer_segments,
  kind SEED (
    path '../../seeds/customer_segments.csv'
  ),
  owner customer_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    segment TEXT,
    investment_priority INT,
    strategic_action TEXT,
    assumed_uplift DOUBLE
  ),
  grain segment,
  audits (
    not_null(columns := (segment, investment_priority, strategic_action, assumed_uplift)),
    unique_combination_of_columns(columns := (
      segment
    )),
    accepted_range("column" := assumed_uplift, min_v := 0, max_v := 1)
  ),
  description 'What the shop means to do for each segment of value and behaviour. One row per segment. Answers: how much is invested in a segment, what is done, and what is that assumed to bring until an experiment says more?',
  column_descriptions (
    segment = 'Name of the segment',
    investment_priority = '0 to 100: what goes first where money and time are short',
    strategic_action = 'What to do for customers of the segment',
    assumed_uplift = 'Share of the value at stake that the action is assumed to add: an assumption of the shop, used while nothing is measured'
  )
)
