-- The marts that published_sample.sql does not fill, empty, and the columns that it leaves out, null:
-- what a shop publishes that delivers nothing but customers and orders.
CREATE TABLE marts.dim_products (
  product_id TEXT, product_name TEXT, brand TEXT, aisle_id TEXT, aisle_name TEXT, department_id TEXT,
  department_name TEXT, product_category TEXT, unit_cost DECIMAL(18,2), list_price DECIMAL(18,2), is_bundle
  BOOLEAN, is_active BOOLEAN, is_listed BOOLEAN
);
CREATE TABLE marts.fct_order_items (
  order_id TEXT, line_number BIGINT, customer_id TEXT, product_id TEXT, aisle_id TEXT, department_id TEXT,
  quantity BIGINT, cart_position BIGINT, unit_price DECIMAL(18,2), gross_amount DECIMAL(18,2), discount_amount
  DECIMAL(18,2), net_revenue_amount DECIMAL(18,2), cost_amount DECIMAL(18,2), gross_margin_amount
  DECIMAL(18,2), is_guest BOOLEAN, is_valid_sale BOOLEAN, is_reorder BOOLEAN, is_organic BOOLEAN,
  is_gluten_free BOOLEAN, order_date DATE, ordered_at TIMESTAMP
);
CREATE TABLE marts.fct_returns (
  return_id TEXT, order_id TEXT, product_id TEXT, reason TEXT, quantity BIGINT, refund_amount DECIMAL(18,2),
  returned_date DATE, returned_at TIMESTAMP
);
CREATE TABLE marts.mart_action_list (
  customer_id TEXT, segment TEXT, next_action TEXT, action_owner TEXT, reason_codes TEXT, uplift_source TEXT,
  top_brand TEXT, investment_priority INTEGER, action_rank BIGINT, clv_at_stake DOUBLE, churn_probability
  DOUBLE, expected_value DOUBLE, is_reachable BOOLEAN, is_holdout BOOLEAN, expected_next_order_date DATE,
  as_of_date DATE
);
CREATE TABLE marts.mart_campaign_performance (
  campaign_id TEXT, campaign_name TEXT, channel TEXT, objective TEXT, conversion_verdict TEXT, assigned_customers BIGINT,
  held_out_customers BIGINT, contacted_customers BIGINT, opened_customers BIGINT, clicked_customers BIGINT,
  converted_customers BIGINT, credited_orders BIGINT, new_customer_orders BIGINT, impressions BIGINT, clicks
  BIGINT, budget_amount DECIMAL(18,2), cost_amount DECIMAL(18,2), last_touch_revenue DECIMAL(18,2),
  first_touch_revenue DECIMAL(18,2), linear_revenue DECIMAL(18,2), last_touch_margin DECIMAL(18,2),
  first_touch_margin DECIMAL(18,2), linear_margin DECIMAL(18,2), conversion_rate DOUBLE, open_rate DOUBLE,
  click_rate DOUBLE, last_touch_roi DOUBLE, first_touch_roi DOUBLE, linear_roi DOUBLE, treated_conversion
  DOUBLE, holdout_conversion DOUBLE, conversion_uplift DOUBLE, conversion_uplift_lower DOUBLE,
  conversion_uplift_upper DOUBLE, conversion_p_value DOUBLE, revenue_uplift DOUBLE, revenue_uplift_lower
  DOUBLE, revenue_uplift_upper DOUBLE, revenue_p_value DOUBLE, adjusted_revenue_uplift DOUBLE,
  adjusted_revenue_uplift_lower DOUBLE, adjusted_revenue_uplift_upper DOUBLE, adjusted_revenue_p_value
  DOUBLE, uplift_variance_reduction DOUBLE, incremental_revenue DECIMAL(18,2),
  incremental_revenue_lower DECIMAL(18,2), incremental_revenue_upper DECIMAL(18,2), incremental_margin
  DECIMAL(18,2), incremental_roi DOUBLE, has_holdout BOOLEAN, is_measured_to_the_end BOOLEAN, start_date DATE,
  end_date DATE, last_measured_date DATE
);
CREATE TABLE marts.mart_channel_economics (
  month_start DATE, channel TEXT, spend_amount DECIMAL(18,2), retention_spend_amount DECIMAL(18,2),
  impressions BIGINT, clicks BIGINT, visits BIGINT, converted_visits BIGINT, conversion_rate DOUBLE,
  new_customers BIGINT, customer_acquisition_cost DOUBLE, revenue_so_far DECIMAL(18,2), margin_so_far
  DECIMAL(18,2), ltv_amount DOUBLE, ltv_to_cac DOUBLE, predicted_ltv_amount DOUBLE, predicted_ltv_to_cac
  DOUBLE, payback_months BIGINT, months_observed BIGINT, is_current_period BOOLEAN
);
CREATE TABLE marts.mart_channel_standing (
  channel TEXT, verdict TEXT, new_customers BIGINT, visits BIGINT, converted_visits BIGINT, paid_months BIGINT,
  paid_back_months BIGINT, median_payback_months DOUBLE, longest_payback_months BIGINT, spend_amount
  DECIMAL(18,2), retention_spend_amount DECIMAL(18,2), margin_so_far DECIMAL(18,2), customer_acquisition_cost
  DOUBLE, earlier_customer_acquisition_cost DOUBLE, ltv_to_cac DOUBLE, conversion_rate DOUBLE
);
CREATE TABLE marts.mart_cohort_milestones (
  months_since_first_order INTEGER, verdict TEXT, earlier_cohort_count BIGINT, customer_count BIGINT,
  retained_customer_count BIGINT, earlier_customer_count BIGINT, earlier_retained_customer_count BIGINT, retention_share DOUBLE,
  earlier_retention_share DOUBLE, cumulative_revenue_per_customer DOUBLE,
  earlier_cumulative_revenue_per_customer DOUBLE, revenue_change_share DOUBLE, z_score DOUBLE, p_value DOUBLE,
  corrected_p_value DOUBLE, first_cohort_month DATE, last_cohort_month DATE
);
CREATE TABLE marts.mart_cohort_retention (
  months_since_first_order INTEGER, customer_count BIGINT, retained_customer_count BIGINT, order_count BIGINT,
  net_revenue_amount DECIMAL(18,2), gross_margin_amount DECIMAL(18,2), cumulative_net_revenue_amount
  DECIMAL(18,2), cumulative_gross_margin_amount DECIMAL(18,2), retention_share DOUBLE, revenue_retention_share
  DOUBLE, cumulative_revenue_per_customer DOUBLE, cumulative_margin_per_customer DOUBLE, is_complete BOOLEAN,
  is_small_cohort BOOLEAN, cohort_month DATE, month_start DATE
);
CREATE TABLE marts.mart_customer_segments (
  customer_id TEXT, segment TEXT, strategic_action TEXT, value_source TEXT, risk_source TEXT, uplift_source
  TEXT, top_brand TEXT, investment_priority INTEGER, total_orders BIGINT, days_since_last_order BIGINT,
  touch_count BIGINT, clv_at_stake DOUBLE, clv_place DOUBLE, churn_probability DOUBLE, spending_trend DOUBLE,
  purchase_volatility DOUBLE, price_sensitivity DOUBLE, price_sensitivity_place DOUBLE,
  promotion_responsiveness DOUBLE, brand_loyalty DOUBLE, uplift DOUBLE, expected_value DOUBLE, is_prospect
  BOOLEAN, as_of_date DATE
);
CREATE TABLE marts.mart_operations (
  date_day DATE, region TEXT, orders BIGINT, cancelled_orders BIGINT, open_orders BIGINT, fulfilled_orders
  BIGINT, arrived_orders BIGINT, judged_orders BIGINT, on_time_orders BIGINT, returned_orders BIGINT, reviews
  BIGINT, total_delivery_days BIGINT, total_rating BIGINT, delivery_days DOUBLE, on_time_rate DOUBLE,
  fulfilment_rate DOUBLE, return_rate DOUBLE, satisfaction DOUBLE
);
CREATE TABLE marts.mart_product_affinity (
  antecedent_id TEXT, consequent_id TEXT, antecedent_name TEXT, consequent_name TEXT, antecedent_department
  TEXT, consequent_department TEXT, relation TEXT, strength TEXT, advice TEXT, pair_order_count BIGINT,
  pair_customer_count BIGINT, antecedent_order_count BIGINT, consequent_order_count BIGINT, basket_count
  BIGINT, cross_sell_score INTEGER, support DOUBLE, confidence DOUBLE, lift DOUBLE, shrunk_lift DOUBLE,
  chi_square DOUBLE, p_value DOUBLE, is_significant BOOLEAN
);
CREATE TABLE marts.mart_product_performance (
  product_id TEXT, product_name TEXT, brand TEXT, parent_product_id TEXT, aisle_name TEXT, department_name
  TEXT, product_category TEXT, abc_class TEXT, volume_tier TEXT, lifecycle TEXT, reorder_band TEXT, trend_band
  TEXT, stock_status TEXT, recommendation TEXT, price_verdict TEXT, order_count BIGINT, units_sold BIGINT, units_last_30_days
  BIGINT, units_returned BIGINT, customer_count BIGINT, first_in_cart_count BIGINT, rating_count BIGINT,
  quantity_on_hand BIGINT, rank_overall BIGINT, rank_in_department BIGINT, net_revenue_amount DECIMAL(18,2),
  net_revenue_last_30_days DECIMAL(18,2), family_net_revenue_amount DECIMAL(18,2), discount_amount
  DECIMAL(18,2), refund_amount DECIMAL(18,2), gross_margin_amount DECIMAL(18,2), gross_margin_share DOUBLE,
  mean_price_paid DOUBLE, revenue_share DOUBLE, penetration_share DOUBLE, reorder_rate DOUBLE,
  shrunk_reorder_rate DOUBLE, return_rate DOUBLE, shrunk_return_rate DOUBLE, mean_cart_position DOUBLE,
  avg_rating DOUBLE, shrunk_rating DOUBLE, days_of_cover DOUBLE, price_elasticity DOUBLE,
  price_elasticity_error DOUBLE, trending_score DOUBLE, is_bundle BOOLEAN, is_variant BOOLEAN, is_active
  BOOLEAN, is_listed BOOLEAN, first_sold_date DATE, last_sold_date DATE, stock_counted_date DATE, as_of_date
  DATE
);
CREATE TABLE marts.mart_product_performance_day (
  product_id TEXT, product_name TEXT, department_name TEXT, order_count BIGINT, units_sold BIGINT,
  customer_count BIGINT, new_customer_count BIGINT, first_in_cart_count BIGINT, rank_overall BIGINT,
  rank_in_department BIGINT, net_revenue_amount DECIMAL(18,2), discount_amount DECIMAL(18,2),
  gross_margin_amount DECIMAL(18,2), mean_price_paid DOUBLE, revenue_share DOUBLE, reorder_rate DOUBLE,
  mean_cart_position DOUBLE, is_complete BOOLEAN, period_start TIMESTAMP
);
CREATE TABLE marts.mart_product_performance_month (
  product_id TEXT, product_name TEXT, department_name TEXT, order_count BIGINT, units_sold BIGINT,
  customer_count BIGINT, new_customer_count BIGINT, first_in_cart_count BIGINT, rank_overall BIGINT,
  rank_in_department BIGINT, net_revenue_amount DECIMAL(18,2), discount_amount DECIMAL(18,2),
  gross_margin_amount DECIMAL(18,2), mean_price_paid DOUBLE, revenue_share DOUBLE, reorder_rate DOUBLE,
  mean_cart_position DOUBLE, is_complete BOOLEAN, period_start TIMESTAMP
);
CREATE TABLE marts.mart_region_comparison (
  region TEXT, verdict TEXT, orders BIGINT, judged_orders BIGINT, late_orders BIGINT, delivery_days DOUBLE,
  on_time_rate DOUBLE, on_time_rate_elsewhere DOUBLE, return_rate DOUBLE, satisfaction DOUBLE, g_statistic DOUBLE,
  p_value DOUBLE, corrected_p_value DOUBLE, first_day DATE, last_day DATE
);
CREATE TABLE marts.mart_segment_migration (
  from_segment TEXT, to_segment TEXT, customer_count BIGINT, net_revenue_amount DECIMAL(18,2), spent_amount
  DECIMAL(18,2), has_moved BOOLEAN, month_end DATE
);
CREATE TABLE marts.mart_subscription_metrics (
  month_start DATE, opening_mrr DECIMAL(18,2), new_mrr DECIMAL(18,2), reactivated_mrr DECIMAL(18,2),
  expansion_mrr DECIMAL(18,2), contraction_mrr DECIMAL(18,2), churned_mrr DECIMAL(18,2), closing_mrr
  DECIMAL(18,2), opening_subscribers BIGINT, new_subscribers BIGINT, reactivated_subscribers BIGINT,
  churned_subscribers BIGINT, closing_subscribers BIGINT, gross_revenue_retention DOUBLE,
  net_revenue_retention DOUBLE, logo_churn DOUBLE, mrr_per_subscriber DOUBLE, is_complete BOOLEAN
);
CREATE TABLE ml.churn_predictions (
  scoring_date DATE, customer_id TEXT, cutoff_date DATE, model_version TEXT, horizon_days INTEGER,
  churn_probability DOUBLE, reason_1 TEXT, reason_2 TEXT, reason_3 TEXT
);
CREATE TABLE ml.clv_predictions (
  scoring_date DATE, customer_id TEXT, cutoff_date DATE, model_version TEXT, horizon_days INTEGER,
  expected_orders DOUBLE, predicted_clv DOUBLE, predicted_clv_lower DOUBLE, predicted_clv_upper DOUBLE,
  reason_1 TEXT, reason_2 TEXT, reason_3 TEXT
);
CREATE TABLE ml.next_order_predictions (
  scoring_date DATE, customer_id TEXT, cutoff_date DATE, model_version TEXT, expected_next_order_date DATE,
  next_order_from DATE, next_order_to DATE, order_probability_30d DOUBLE
);
ALTER TABLE marts.fct_orders ADD COLUMN line_count BIGINT;
ALTER TABLE marts.mart_customer_analytics ADD COLUMN value_tier TEXT;
ALTER TABLE marts.mart_customer_analytics ADD COLUMN avg_order_value DOUBLE;
ALTER TABLE marts.mart_customer_analytics ADD COLUMN reorder_rate DOUBLE;
ALTER TABLE marts.mart_executive_financial_summary ADD COLUMN visits BIGINT;
ALTER TABLE marts.mart_executive_financial_summary ADD COLUMN converted_visits BIGINT;
ALTER TABLE marts.mart_executive_financial_summary ADD COLUMN marketing_spend DECIMAL(18,2);
ALTER TABLE ml.model_registry ADD COLUMN problem TEXT;
ALTER TABLE ml.model_registry ADD COLUMN data_fingerprint TEXT;
ALTER TABLE ml.model_registry ADD COLUMN git_commit TEXT;
ALTER TABLE ml.model_registry ADD COLUMN wanted_horizon_days INTEGER;
ALTER TABLE ml.model_registry ADD COLUMN training_rows BIGINT;
ALTER TABLE ml.model_registry ADD COLUMN training_customers BIGINT;
ALTER TABLE ml.model_registry ADD COLUMN is_usable BOOLEAN;
ALTER TABLE ml.model_registry ADD COLUMN first_training_cutoff DATE;
ALTER TABLE ml.model_registry ADD COLUMN first_holdout_cutoff DATE;
ALTER TABLE ml.model_registry ADD COLUMN last_holdout_cutoff DATE;
ALTER TABLE ml.model_registry ADD COLUMN as_of_date DATE;
