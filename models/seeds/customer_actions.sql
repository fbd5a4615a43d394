MODEL (
  name seeds.customer_actions,
  kind SEED (
    path '../../seeds/customer_actions.csv'
  ),
  owner customer_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    action_group TEXT,
    is_reachable BOOLEAN,
    next_action TEXT,
    action_owner TEXT,
    effect_share DOUBLE
  ),
  grain (action_group, is_reachable),
  audits (
    not_null(columns := (action_group, is_reachable, next_action, action_owner, effect_share)),
    unique_combination_of_columns(columns := (action_group, is_reachable)),
    accepted_range("column" := effect_share, min_v := 0, max_v := 1)
  ),
  description 'The next action for a customer and who does it. One row per segment, or prospect, and whether marketing may and can write. Answers: what is done next, and by whom?',
  column_descriptions (
    action_group = 'Segment of the customer, or prospect before the first order',
    is_reachable = 'Consent and a valid e-mail address: marketing may and can write',
    next_action = 'What to do next',
    action_owner = 'Team that does it',
    effect_share = 'Share of the uplift of the segment that remains in this way: an assumption of the shop'
  )
)
