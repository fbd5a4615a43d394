MODEL (
  name marts.mart_customer_segments,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (mart, customers),
  grain customer_id,
  depends_on (
    marts.dim_customers
  ),
  audits (
    same_row_count(table_name := marts.dim_customers)
  ),
  description 'Value, risk and behaviour of each customer, joined to one segment with what to do and what that should bring. One row per customer; prospects are in standard. The first segment whose conditions hold counts: champion, high_value_at_risk, growth_potential, price_conscious, loyal_declining, new_potential, standard. Value and churn are those of the models; where none has scored the customer, value is what the customer spends in a year at the pace so far, and churn follows from the days since the last order (value_source, risk_source). Answers: in whom do we invest first, and why? Whose spending grows or shrinks? Who buys for the price, who for the brand? What is an action expected to bring, and is that measured or assumed?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    segment = 'Segment of value and behaviour',
    strategic_action = 'What to do for customers of the segment',
    value_source = 'model, or rule where no model has scored the customer',
    risk_source = 'model, or rule where no model has scored the customer',
    uplift_source = 'measured by experiments of campaigns, else assumed in seeds.customer_segments',
    top_brand = 'Brand of most units; null where no brand is known',
    investment_priority = '0 to 100: what goes first where money and time are short',
    total_orders = 'Valid orders so far',
    days_since_last_order = 'Days from the last order to the as-of date; null for prospects',
    touch_count = 'Touches of campaigns whose attribution window is over; null without',
    clv_at_stake = 'Expected net revenue of the next twelve months, or of the horizon of the model',
    clv_place = 'Share of buyers with a lower value, and half of those with the same; null for prospects',
    churn_probability = 'Probability that the customer has left, 0 to 1; null for prospects',
    spending_trend = 'Correlation of the value of an order with its number, -1 to 1; null where not known',
    purchase_volatility = 'Standard deviation of the value of an order in units of its mean; null where not known',
    price_sensitivity = 'Share of units bought below list price, 0 to 1; null where not known',
    price_sensitivity_place = 'Share of buyers with a lower price sensitivity, and half of those with the same; null where not known',
    promotion_responsiveness = 'Share of touches of campaigns that an order followed within the attribution window; null without touches',
    brand_loyalty = 'Share of the units of known brands that are of the top brand, 0 to 1; null where not known',
    uplift = 'Share of the value at stake that the action adds, see uplift_source',
    expected_value = 'Value at stake times uplift',
    is_prospect = 'No order yet',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH experiments AS (
  SELECT
    conversion_uplift,
    @safe_divide((
      assigned_customers - held_out_customers
    ) * held_out_customers, assigned_customers) AS customer_weight /* What a group of each size tells of their difference. */
  FROM marts.mart_campaign_performance
  WHERE
    has_holdout AND is_measured_to_the_end
), valued AS (
  SELECT
    customer_id,
    total_orders,
    days_since_last_order,
    COALESCE(predicted_clv_12m, estimated_annual_value) AS clv_at_stake,
    CASE
      WHEN total_orders > 0
      THEN COALESCE(churn_probability, @band(days_since_last_order, @churn_rule_probabilities))
    END AS churn_probability,
    CASE WHEN predicted_clv_12m IS NULL THEN 'rule' ELSE 'model' END AS value_source,
    risk_source,
    as_of_date
  FROM marts.mart_customer_analytics
), value_places AS (
  SELECT
    customer_id,
    @middle_rank(clv_at_stake) AS clv_place
  FROM valued
  WHERE
    total_orders > 0
), price_places AS (
  SELECT
    customer_id,
    @middle_rank(price_sensitivity) AS price_sensitivity_place
  FROM intermediate.int_customer_behaviour
  WHERE
    NOT price_sensitivity IS NULL
), measured AS (
  SELECT
    @safe_divide(SUM((
      conversion_uplift * customer_weight
    )::DECIMAL(38, 9)), SUM(customer_weight::DECIMAL(38, 9))) AS uplift
  FROM experiments
), described AS (
  SELECT
    valued.customer_id,
    valued.total_orders,
    valued.days_since_last_order,
    valued.clv_at_stake,
    valued.churn_probability,
    valued.value_source,
    valued.risk_source,
    valued.as_of_date,
    value_places.clv_place,
    price_places.price_sensitivity_place,
    behaviour.top_brand,
    behaviour.touch_count,
    behaviour.spending_trend,
    behaviour.purchase_volatility,
    behaviour.price_sensitivity,
    behaviour.promotion_responsiveness,
    behaviour.brand_loyalty,
    CASE
      WHEN value_places.clv_place >= @champion_min_clv_place
      AND valued.churn_probability < @champion_max_churn
      AND valued.days_since_last_order <= @champion_max_days
      THEN 'champion'
      WHEN value_places.clv_place >= @high_value_min_clv_place
      AND valued.churn_probability > @high_value_min_churn
      THEN 'high_value_at_risk'
      WHEN value_places.clv_place >= @growth_min_clv_place
      AND behaviour.spending_trend > 0
      AND valued.churn_probability < @growth_max_churn
      THEN 'growth_potential'
      WHEN price_places.price_sensitivity_place >= @price_conscious_min_place
      AND behaviour.promotion_responsiveness > @price_conscious_min_responsiveness
      THEN 'price_conscious'
      WHEN behaviour.brand_loyalty > @loyal_min_brand_share AND behaviour.spending_trend < @declining_max_trend
      THEN 'loyal_declining'
      WHEN valued.total_orders <= @new_potential_max_orders
      AND value_places.clv_place >= @new_potential_min_clv_place
      THEN 'new_potential'
      ELSE 'standard'
    END AS segment
  FROM valued
  LEFT JOIN value_places
    ON valued.customer_id = value_places.customer_id
  LEFT JOIN intermediate.int_customer_behaviour AS behaviour
    ON valued.customer_id = behaviour.customer_id
  LEFT JOIN price_places
    ON valued.customer_id = price_places.customer_id
)
SELECT
  described.customer_id::TEXT AS customer_id,
  described.segment::TEXT AS segment,
  plan.strategic_action::TEXT AS strategic_action,
  described.value_source::TEXT AS value_source,
  described.risk_source::TEXT AS risk_source,
  CASE WHEN measured.uplift IS NULL THEN 'assumed' ELSE 'measured' END::TEXT AS uplift_source,
  described.top_brand::TEXT AS top_brand,
  plan.investment_priority::INT AS investment_priority,
  described.total_orders::BIGINT AS total_orders,
  described.days_since_last_order::BIGINT AS days_since_last_order,
  described.touch_count::BIGINT AS touch_count,
  described.clv_at_stake::DOUBLE AS clv_at_stake,
  described.clv_place::DOUBLE AS clv_place,
  described.churn_probability::DOUBLE AS churn_probability,
  described.spending_trend::DOUBLE AS spending_trend,
  described.purchase_volatility::DOUBLE AS purchase_volatility,
  described.price_sensitivity::DOUBLE AS price_sensitivity,
  described.price_sensitivity_place::DOUBLE AS price_sensitivity_place,
  described.promotion_responsiveness::DOUBLE AS promotion_responsiveness,
  described.brand_loyalty::DOUBLE AS brand_loyalty,
  COALESCE(measured.uplift, plan.assumed_uplift)::DOUBLE AS uplift,
  (
    described.clv_at_stake * COALESCE(measured.uplift, plan.assumed_uplift)
  )::DOUBLE AS expected_value,
  (
    described.total_orders = 0
  )::BOOLEAN AS is_prospect,
  described.as_of_date::DATE AS as_of_date
FROM described
INNER JOIN seeds.customer_segments AS plan
  ON described.segment = plan.segment
CROSS JOIN measured
