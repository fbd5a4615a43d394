MODEL (
  name marts.mart_action_list,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (mart, customers),
  grain customer_id,
  audits (
    same_row_count(
      table_name := marts.mart_customer_segments,
      condition := NOT STARTS_WITH(customer_id, @erased_id_prefix)
    )
  ),
  description 'The next best action for each customer, first the one that should bring most. One row per customer, prospects too, but for erased ones. Customers held out are on the list and are left alone: what they do without the action shows later what it brought; they are drawn by a hash of their id, the same every day. Answers: whom do we call or write to first, with what, who does it and why? What should that bring?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    segment = 'Segment of value and behaviour, see marts.mart_customer_segments',
    next_action = 'What to do next',
    action_owner = 'Team that does it',
    reason_codes = 'Why, separated by semicolons: high_value, likely_to_leave, overdue, spending_grows, spending_falls, buys_reduced, answers_campaigns, loyal_to_brand, few_orders, no_order_yet, not_reachable; else nothing_special',
    uplift_source = 'Whether the uplift behind the expected value is measured or assumed',
    top_brand = 'Brand of most units; null where no brand is known',
    investment_priority = '0 to 100: what goes first where money and time are short',
    action_rank = 'Place on the list by expected value, from 1; null for customers held out',
    clv_at_stake = 'Expected net revenue of the next twelve months, or of the horizon of the model',
    churn_probability = 'Probability that the customer has left, 0 to 1; null for prospects',
    expected_value = 'Value at stake times uplift times the share of it that remains where the customer cannot be written to',
    is_reachable = 'Consent and a valid e-mail address: marketing may and can write',
    is_holdout = 'To be left alone, to compare with',
    expected_next_order_date = 'Expected day of the next order; null without a score',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH candidates AS (
  SELECT
    segments.customer_id,
    segments.segment,
    CASE WHEN segments.is_prospect THEN 'prospect' ELSE segments.segment END AS action_group,
    COALESCE(
      @rejection_reasons(
        'high_value',
        segments.clv_place >= @high_value_min_clv_place,
        'likely_to_leave',
        segments.churn_probability > @high_value_min_churn,
        'overdue',
        analytics.expected_next_order_date < segments.as_of_date,
        'spending_grows',
        segments.spending_trend > 0,
        'spending_falls',
        segments.spending_trend < @declining_max_trend,
        'buys_reduced',
        segments.price_sensitivity_place >= @price_conscious_min_place,
        'answers_campaigns',
        segments.promotion_responsiveness > @price_conscious_min_responsiveness,
        'loyal_to_brand',
        segments.brand_loyalty > @loyal_min_brand_share,
        'few_orders',
        NOT segments.is_prospect AND segments.total_orders <= @new_potential_max_orders,
        'no_order_yet',
        segments.is_prospect,
        'not_reachable',
        NOT analytics.is_reachable
      ),
      'nothing_special'
    ) AS reason_codes,
    segments.uplift_source,
    segments.top_brand,
    segments.investment_priority,
    segments.clv_at_stake,
    segments.churn_probability,
    segments.expected_value,
    analytics.is_reachable,
    @is_in_bucket(segments.customer_id, @action_holdout_salt, @action_holdout_share) AS is_holdout,
    analytics.expected_next_order_date,
    segments.as_of_date
  FROM marts.mart_customer_segments AS segments
  INNER JOIN marts.mart_customer_analytics AS analytics
    ON segments.customer_id = analytics.customer_id
  WHERE
    NOT STARTS_WITH(segments.customer_id, @erased_id_prefix)
), actions AS (
  SELECT
    candidates.customer_id,
    candidates.segment,
    plan.next_action,
    plan.action_owner,
    candidates.reason_codes,
    candidates.uplift_source,
    candidates.top_brand,
    candidates.investment_priority,
    candidates.clv_at_stake,
    candidates.churn_probability,
    candidates.expected_value * plan.effect_share AS expected_value,
    candidates.is_reachable,
    candidates.is_holdout,
    candidates.expected_next_order_date,
    candidates.as_of_date
  FROM candidates
  INNER JOIN seeds.customer_actions AS plan
    ON candidates.action_group = plan.action_group AND candidates.is_reachable = plan.is_reachable
)
SELECT
  customer_id::TEXT AS customer_id,
  segment::TEXT AS segment,
  next_action::TEXT AS next_action,
  action_owner::TEXT AS action_owner,
  reason_codes::TEXT AS reason_codes,
  uplift_source::TEXT AS uplift_source,
  top_brand::TEXT AS top_brand,
  investment_priority::INT AS investment_priority,
  CASE
    WHEN NOT is_holdout
    THEN ROW_NUMBER() OVER (PARTITION BY is_holdout ORDER BY expected_value DESC, investment_priority DESC, customer_id)
  END::BIGINT AS action_rank,
  clv_at_stake::DOUBLE AS clv_at_stake,
  churn_probability::DOUBLE AS churn_probability,
  expected_value::DOUBLE AS expected_value,
  is_reachable::BOOLEAN AS is_reachable,
  is_holdout::BOOLEAN AS is_holdout,
  expected_next_order_date::DATE AS expected_next_order_date,
  as_of_date::DATE AS as_of_date
FROM actions
