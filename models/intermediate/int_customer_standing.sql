MODEL (
  name intermediate.int_customer_standing,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain customer_id,
  audits (
    not_null(columns := (customer_id, lifecycle_stage, tenure_band, value_tier, customer_health_score)),
    unique_combination_of_columns(columns := (
      customer_id
    )),
    accepted_range("column" := customer_health_score, min_v := 0, max_v := 100),
    accepted_values(
      "column" := lifecycle_stage,
      is_in := ('prospect', 'loyal', 'active', 'new', 'at_risk', 'churned', 'dormant')
    ),
    same_row_count(table_name := staging.stg_customers)
  ),
  description 'Where every customer stands by rule: stage, tier, health, risk and ranks among the buyers. One row per customer. Answers: how does a customer compare with the others, and how healthy is the relationship?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    lifecycle_stage = 'loyal, active, new, at_risk, churned, dormant, or prospect without an order',
    tenure_band = 'new, recent or established by days since sign-up',
    churn_risk_level = 'High, Medium, Low or Active by days since the last order; null for prospects',
    value_tier = 'High, Medium or Low by rank of spend',
    order_frequency_band = 'Very frequent, Frequent, Regular or Occasional by number of orders',
    loyalty_band = 'Very loyal, Loyal, Mixed or Exploring by reorder rate',
    engagement_level = 'High, Medium or Low by health score',
    customer_health_score = '0 to 100: recent order 30, orders up to 25, spend up to 25, recency up to 20',
    estimated_annual_value = 'Spend per month of tenure, of at least one month, times 12',
    tenure_days = 'Days from sign-up, or from the first order where that is earlier, to the as-of date',
    spend_rank = 'Rank by total spent, 1 the highest; null for prospects',
    frequency_rank = 'Rank by orders, 1 the highest; null for prospects',
    health_rank = 'Rank by health score, 1 the highest; null for prospects',
    spend_percent_rank = 'Share of buyers below in total spent, 0 to 1; null for prospects',
    frequency_percent_rank = 'Share of buyers below in orders, 0 to 1; null for prospects',
    health_percent_rank = 'Share of buyers below in health score, 0 to 1; null for prospects',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH customers_with_history AS (
  SELECT
    customers.customer_id,
    history.total_orders,
    history.total_spent,
    history.orders_last_30_days,
    history.days_since_last_order,
    history.reorder_rate,
    DATE_DIFF(
      'DAY',
      LEAST(customers.signup_date, COALESCE(history.first_order_date, customers.signup_date), as_of.as_of_date),
      as_of.as_of_date
    ) AS tenure_days,
    (
      CASE WHEN history.orders_last_30_days > 0 THEN @health_recent_order_points ELSE 0 END + LEAST(@health_max_order_points, @health_points_per_order * COALESCE(history.total_orders, 0)) + GREATEST(0, LEAST(@health_max_spend_points, COALESCE(history.total_spent, 0)::DOUBLE / @health_spend_per_point)) + COALESCE(@band(history.days_since_last_order, @health_recency_points), 0)
    )::DOUBLE AS health_score,
    as_of.as_of_date
  FROM staging.stg_customers AS customers
  CROSS JOIN intermediate.int_as_of AS as_of
  LEFT JOIN intermediate.int_customer_order_summary AS history
    ON customers.customer_id = history.customer_id
), ranked_buyers AS (
  SELECT
    customer_id,
    RANK() OVER (ORDER BY total_spent DESC) AS spend_rank,
    RANK() OVER (ORDER BY total_orders DESC) AS frequency_rank,
    RANK() OVER (ORDER BY health_score DESC) AS health_rank,
    PERCENT_RANK() OVER (ORDER BY total_spent) AS spend_percent_rank,
    @middle_rank(total_spent) AS spend_place,
    PERCENT_RANK() OVER (ORDER BY total_orders) AS frequency_percent_rank,
    PERCENT_RANK() OVER (ORDER BY health_score) AS health_percent_rank
  FROM customers_with_history
  WHERE
    total_orders > 0
)
SELECT
  customers.customer_id::TEXT AS customer_id,
  @lifecycle_stage(customers.total_orders, customers.days_since_last_order)::TEXT AS lifecycle_stage,
  CASE
    WHEN customers.tenure_days <= @tenure_new_days
    THEN 'new'
    WHEN customers.tenure_days <= @tenure_recent_days
    THEN 'recent'
    ELSE 'established'
  END::TEXT AS tenure_band,
  @band(customers.days_since_last_order, @churn_risk_days)::TEXT AS churn_risk_level,
  @band(COALESCE(ranked.spend_place, 0), @value_tiers)::TEXT AS value_tier,
  @band(customers.total_orders, @order_frequency_bands)::TEXT AS order_frequency_band,
  @band(customers.reorder_rate, @loyalty_bands)::TEXT AS loyalty_band,
  @band(customers.health_score, @engagement_levels)::TEXT AS engagement_level,
  customers.health_score::DOUBLE AS customer_health_score,
  (
    COALESCE(customers.total_spent, 0)::DOUBLE / GREATEST(customers.tenure_days / @days_per_month, 1) * 12
  )::DOUBLE AS estimated_annual_value,
  customers.tenure_days::BIGINT AS tenure_days,
  ranked.spend_rank::BIGINT AS spend_rank,
  ranked.frequency_rank::BIGINT AS frequency_rank,
  ranked.health_rank::BIGINT AS health_rank,
  ranked.spend_percent_rank::DOUBLE AS spend_percent_rank,
  ranked.frequency_percent_rank::DOUBLE AS frequency_percent_rank,
  ranked.health_percent_rank::DOUBLE AS health_percent_rank,
  customers.as_of_date::DATE AS as_of_date
FROM customers_with_history AS customers
LEFT JOIN ranked_buyers AS ranked
  ON customers.customer_id = ranked.customer_id
