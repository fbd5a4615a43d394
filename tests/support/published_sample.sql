-- A published copy of a made-up shop with the columns that reports read. Before running it, set the
-- variables customers, days, as_of (DATE) and with_models (BOOLEAN). Everything hangs on hash(),
-- so the same variables make the same rows.
CREATE SCHEMA marts;
CREATE SCHEMA ml;
CREATE SCHEMA quality;

CREATE MACRO draw(key, salt) AS (hash(key, salt) % 1000003) / 1000003.0;

CREATE TABLE marts.dim_customers AS
SELECT
  'C' || lpad(i::TEXT, 6, '0') AS customer_id,
  ['DE', 'DE', 'DE', 'DE', 'AT', 'AT', 'NL', 'FR', 'FR', 'IT', 'ES', 'PL'][1 + floor(draw(i, 'country') * 12)::INT] AS country,
  NULL::TEXT AS state,
  ['Berlin', 'Wien', 'Utrecht', 'Lyon', 'Torino'][1 + floor(draw(i, 'city') * 5)::INT] AS city,
  ['free', 'plus', 'premium'][1 + floor(pow(draw(i, 'tier'), 2) * 3)::INT] AS subscription_tier,
  ['organic', 'search', 'social', 'referral'][1 + floor(draw(i, 'channel') * 4)::INT] AS acquisition_channel,
  draw(i, 'consent') < 0.7 AS has_marketing_consent,
  draw(i, 'consent') < 0.65 AS is_reachable,
  (getvariable('as_of') - 1 - (floor(pow(draw(i, 'signup'), 1.2) * (getvariable('days') - 1)))::INT)::DATE AS signup_date,
  signup_date::TIMESTAMP AS signed_up_at
FROM range(1, getvariable('customers') + 1) AS numbers(i);

CREATE TABLE marts.fct_orders AS
WITH planned AS (
  SELECT
    customer_id, signup_date, visit,
    1 + floor(pow(draw(customer_id, 'rate'), 3) * 34)::INT AS planned_orders,
    signup_date + (visit * (7 + floor(draw(customer_id, 'gap') * 60))
      + floor(draw(customer_id || visit, 'jitter') * 9))::INT AS order_date,
    18 + 110 * pow(draw(customer_id, 'spend'), 2) + 40 * draw(customer_id || visit, 'amount') AS goods
  FROM marts.dim_customers, range(0, 34) AS visits(visit)
  WHERE draw(customer_id, 'buyer') < 0.9
),
placed AS (
  SELECT
    row_number() OVER (ORDER BY order_date, customer_id, visit) AS n, customer_id, order_date,
    (goods * (1 + 0.18 * sin(2 * pi() * (month(order_date) - 8) / 12.0))
      * CASE WHEN month(order_date) IN (11, 12) THEN 1.25 ELSE 1 END)::DECIMAL(18, 2) AS gross_amount
  FROM planned
  WHERE visit < planned_orders AND order_date < getvariable('as_of')
)
SELECT
  'O' || lpad(n::TEXT, 7, '0') AS order_id,
  CASE WHEN draw(n, 'guest') < 0.03 THEN 'guest' ELSE customer_id END AS customer_id,
  CASE WHEN draw(n, 'status') < 0.02 THEN 'cancelled' WHEN draw(n, 'status') < 0.045 THEN 'refunded' ELSE 'delivered' END AS order_status,
  customer_id = 'guest' AS is_guest,
  order_status NOT IN ('cancelled', 'refunded') AS is_valid_sale,
  'EUR' AS currency,
  CASE WHEN gross_amount >= 100 THEN 'High' WHEN gross_amount >= 50 THEN 'Medium' ELSE 'Low' END AS order_value_tier,
  gross_amount,
  CASE WHEN draw(n, 'discount') < 0.2 THEN gross_amount * 0.1 ELSE 0 END::DECIMAL(18, 2) AS discount_amount,
  CASE WHEN is_valid_sale THEN gross_amount - discount_amount ELSE 0 END::DECIMAL(18, 2) AS net_revenue_amount,
  (net_revenue_amount * 0.38)::DECIMAL(18, 2) AS gross_margin_amount,
  CASE WHEN order_status = 'refunded' THEN gross_amount WHEN draw(n, 'return') < 0.05 THEN gross_amount * 0.3 ELSE 0 END::DECIMAL(18, 2) AS refund_amount,
  (1 + floor(draw(n, 'items') * 6))::BIGINT AS item_count,
  row_number() OVER (PARTITION BY customer_id ORDER BY n) = 1 AND is_valid_sale AND NOT is_guest AS is_first_order,
  order_date::DATE AS order_date,
  order_date::TIMESTAMP + INTERVAL 11 HOUR AS ordered_at
FROM placed;

CREATE TABLE marts.mart_executive_financial_summary AS
WITH days AS (
  SELECT unnest(generate_series(min(order_date), getvariable('as_of') - 1, INTERVAL 1 DAY))::DATE AS date_day
  FROM marts.fct_orders
),
signups AS (
  SELECT signup_date, count(*) AS signup_count FROM marts.dim_customers GROUP BY signup_date
)
SELECT
  date_day,
  coalesce(sum(gross_amount), 0)::DECIMAL(18, 2) AS gmv,
  coalesce(sum(net_revenue_amount), 0)::DECIMAL(18, 2) AS net_revenue,
  coalesce(sum(gross_margin_amount), 0)::DECIMAL(18, 2) AS gross_margin,
  coalesce(sum(refund_amount) FILTER (is_valid_sale), 0)::DECIMAL(18, 2) AS refunds,
  count(*) FILTER (is_valid_sale) AS orders,
  coalesce(sum(item_count) FILTER (is_valid_sale), 0)::BIGINT AS units,
  count(DISTINCT customer_id) FILTER (is_valid_sale AND NOT is_guest) AS active_customers,
  count(*) FILTER (is_first_order) AS new_customers,
  coalesce(any_value(signups.signup_count), 0) AS new_signups,
  (sum(net_revenue_amount) / nullif(count(*) FILTER (is_valid_sale), 0))::DOUBLE AS aov,
  (sum(gross_margin_amount) / nullif(sum(net_revenue_amount), 0))::DOUBLE AS gross_margin_share,
  (sum(refund_amount) FILTER (is_valid_sale) / nullif(sum(net_revenue_amount), 0))::DOUBLE AS refund_share,
  coalesce(sum(discount_amount), 0)::DECIMAL(18, 2) AS discount_amount,
  NULL::DOUBLE AS conversion_rate,
  NULL::DOUBLE AS customer_acquisition_cost,
  date_day >= getvariable('as_of') - 30 AS is_current_period,
  getvariable('as_of')::DATE AS as_of_date
FROM days
LEFT JOIN marts.fct_orders ON days.date_day = fct_orders.order_date
LEFT JOIN signups ON signups.signup_date = days.date_day
GROUP BY date_day;

CREATE TABLE marts.mart_customer_analytics AS
WITH spending AS (
  SELECT
    customer_id, count(*) AS total_orders, sum(net_revenue_amount) AS total_spent,
    count(*) FILTER (order_date >= getvariable('as_of') - 30) AS orders_last_30_days,
    max(order_date) AS last_order_date, min(order_date) AS first_order_date
  FROM marts.fct_orders WHERE is_valid_sale AND NOT is_guest GROUP BY customer_id
),
measured AS (
  SELECT
    dim_customers.*, coalesce(spending.total_orders, 0) AS total_orders, coalesce(total_spent, 0)::DECIMAL(18, 2) AS total_spent,
    coalesce(orders_last_30_days, 0) AS orders_last_30_days, first_order_date, last_order_date,
    getvariable('as_of') - 1 - last_order_date AS days_since_last_order,
    CASE WHEN getvariable('with_models') AND spending.total_orders > 0
      THEN least(0.99, greatest(0.01, days_since_last_order / 300.0 + 0.3 * draw(customer_id, 'churn') - 0.02 * spending.total_orders)) END::DOUBLE AS churn_probability,
    getvariable('as_of') - signup_date AS tenure_days,
    ntile(5) OVER (PARTITION BY last_order_date IS NULL ORDER BY last_order_date, dim_customers.customer_id) AS recency_score,
    ntile(5) OVER (PARTITION BY last_order_date IS NULL ORDER BY total_spent, dim_customers.customer_id) AS monetary_score
  FROM marts.dim_customers LEFT JOIN spending USING (customer_id)
)
SELECT
  customer_id, country, state, city, subscription_tier, acquisition_channel,
  CASE
    WHEN total_orders = 0 THEN 'prospect'
    WHEN total_orders >= 5 AND days_since_last_order <= 180 THEN 'loyal'
    WHEN total_orders >= 2 AND days_since_last_order <= 90 THEN 'active'
    WHEN total_orders = 1 AND days_since_last_order <= 30 THEN 'new'
    WHEN days_since_last_order BETWEEN 181 AND 365 THEN 'at_risk'
    WHEN days_since_last_order > 365 THEN 'churned' ELSE 'dormant'
  END AS lifecycle_stage,
  CASE
    WHEN total_orders = 0 THEN 'Prospects'
    WHEN recency_score = 5 THEN ['New customers', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'][monetary_score]
    WHEN recency_score = 4 THEN ['Promising', 'Potential loyalists', 'Loyal customers', 'Loyal customers', 'Champions'][monetary_score]
    WHEN recency_score = 3 THEN ['Hibernating', 'Needs attention', 'Needs attention', 'Loyal customers', 'Loyal customers'][monetary_score]
    WHEN recency_score = 2 THEN ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'Cannot lose them'][monetary_score]
    ELSE ['Lost', 'Lost', 'At risk', 'At risk', 'Cannot lose them'][monetary_score]
  END AS rfm_segment,
  CASE rfm_segment
    WHEN 'Champions' THEN 'Reward them; ask for reviews and referrals' WHEN 'Loyal customers' THEN 'Offer higher-value products'
    WHEN 'Potential loyalists' THEN 'Invite to the loyalty programme' WHEN 'New customers' THEN 'Welcome series, help with the second order'
    WHEN 'Promising' THEN 'Introduce the range' WHEN 'Needs attention' THEN 'Limited offer on what they bought before'
    WHEN 'At risk' THEN 'Personal win-back message' WHEN 'Cannot lose them' THEN 'Call or write personally'
    WHEN 'Hibernating' THEN 'Seasonal reminder' WHEN 'Lost' THEN 'One last offer, then stop' ELSE 'First-order incentive'
  END AS rfm_action,
  CASE
    WHEN total_orders = 0 THEN NULL WHEN days_since_last_order > 180 THEN 'High'
    WHEN days_since_last_order > 90 THEN 'Medium' WHEN days_since_last_order > 60 THEN 'Low' ELSE 'Active'
  END AS churn_risk_level,
  CASE
    WHEN churn_probability IS NULL THEN NULL WHEN churn_probability >= 0.7 THEN 'High'
    WHEN churn_probability >= 0.4 THEN 'Medium' WHEN churn_probability >= 0.2 THEN 'Low' ELSE 'Minimal'
  END AS churn_band,
  CASE WHEN total_orders = 0 THEN NULL WHEN churn_band IS NULL THEN 'rule' ELSE 'model' END AS risk_source,
  coalesce(churn_band, CASE WHEN churn_risk_level = 'Active' THEN 'Minimal' ELSE churn_risk_level END) AS risk_level,
  CASE
    WHEN total_orders = 0 THEN 'Send a first-order incentive' WHEN risk_level = 'High' AND total_spent > 500 THEN 'Personal win-back offer'
    WHEN risk_level = 'High' THEN 'Reactivation e-mail' WHEN risk_level = 'Medium' THEN 'Remind with recommendations'
    WHEN total_orders >= 5 THEN 'Invite to the loyalty programme' ELSE 'Cross-sell from favourite aisle'
  END AS marketing_recommendation,
  CASE WHEN getvariable('with_models') AND total_orders > 0 THEN 'clv-3f9a1c' END AS clv_model_version,
  CASE WHEN getvariable('with_models') AND total_orders > 0 THEN 'churn-77b0de' END AS churn_model_version,
  total_orders, total_spent, orders_last_30_days, days_since_last_order, recency_score, monetary_score,
  CASE WHEN total_orders = 0 THEN NULL ELSE
    least(100, 30 * (orders_last_30_days > 0)::INT + least(25, 2.5 * total_orders) + least(25, total_spent / 20)
    + CASE WHEN days_since_last_order <= 30 THEN 20 WHEN days_since_last_order <= 60 THEN 15 WHEN days_since_last_order <= 90 THEN 10 ELSE 0 END)
  END::DOUBLE AS customer_health_score,
  (total_spent / greatest(1, tenure_days / 30.4) * 12)::DOUBLE AS estimated_annual_value,
  tenure_days,
  churn_probability,
  CASE WHEN churn_probability IS NOT NULL THEN estimated_annual_value * (1 - churn_probability) END::DOUBLE AS predicted_clv_12m,
  predicted_clv_12m * 0.6 AS predicted_clv_lower,
  predicted_clv_12m * 1.5 AS predicted_clv_upper,
  predicted_clv_12m * 0.4 AS predicted_margin,
  CASE WHEN churn_probability IS NOT NULL THEN 365 END AS clv_horizon_days,
  has_marketing_consent, is_reachable, signup_date, first_order_date, last_order_date,
  CASE WHEN churn_probability IS NOT NULL THEN getvariable('as_of') - 1 END::DATE AS scoring_date,
  getvariable('as_of')::DATE AS as_of_date
FROM measured;

CREATE TABLE ml.model_registry AS
SELECT task, task || '-v1' AS version, TRUE AS is_champion, 365 AS horizon_days, 1200::BIGINT AS holdout_rows
FROM (VALUES ('clv'), ('churn'), ('next_order')) AS tasks(task)
WHERE getvariable('with_models');
CREATE TABLE ml.model_metrics AS
SELECT
  task, task || '-v1' AS version, subject, predictor, metric, predictor_name, metric_name, value, value - 0.02 AS value_lower, value + 0.02 AS value_upper
FROM (
  VALUES
    ('clv', 'revenue', 'model', 'spearman', 'the model', 'rank correlation', 0.74),
    ('clv', 'revenue', 'previous_period', 'spearman', 'previous period', 'rank correlation', 0.58),
    ('churn', 'active_customers', 'model', 'roc_auc', 'the model', 'ROC AUC', 0.82),
    ('churn', 'active_customers', 'recency', 'roc_auc', 'recency', 'ROC AUC', 0.76),
    ('next_order', 'order_within_30_days', 'model', 'roc_auc', 'the model', 'ROC AUC', 0.92),
    ('next_order', 'order_within_30_days', 'recency', 'roc_auc', 'recency', 'ROC AUC', 0.9)
) AS judged(task, subject, predictor, metric, predictor_name, metric_name, value)
WHERE getvariable('with_models');

CREATE TABLE quality.rejected_rows (
  event_date DATE, stream TEXT, row_key TEXT, reason TEXT, rejected_by TEXT, row_count BIGINT
);
INSERT INTO quality.rejected_rows
SELECT
  getvariable('as_of') - 1 - (i * 7 % 400)::INT, ['orders', 'order_items', 'customers'][1 + i % 3], 'K' || i,
  ['order_amount is not positive', 'unknown parent', 'email is not valid', 'ordered_at lies in the future'][1 + i % 4],
  ['contract', 'staging'][1 + i % 2], 1
FROM range(0, getvariable('customers') // 50) AS numbers(i);

CREATE TABLE quality.source_profile AS
SELECT
  stream, column_name, 'text' AS column_type, column_name = 'id' AS is_required, column_name = 'name' AS is_personal,
  rows_there AS row_count, rows_there // CASE column_name WHEN 'id' THEN 1 ELSE 2 END AS value_count,
  CASE WHEN column_name = 'day' THEN '2024-01-01' END AS lowest, CASE WHEN column_name = 'day' THEN '2025-09-14' END AS highest
FROM (VALUES
  ('customers', getvariable('customers')), ('orders', getvariable('customers') * 10), ('web_sessions', 0)
) AS streams(stream, rows_there)
CROSS JOIN (VALUES ('id'), ('name'), ('day')) AS columns(column_name);
CREATE TABLE quality.source_quality AS
SELECT
  stream, ANY_VALUE(row_count) AS row_count, 3::BIGINT AS rejected_count, 0.99::DOUBLE AS validity_share,
  0.75::DOUBLE AS completeness_share, 89.4::DOUBLE AS quality_score, NULL::TIMESTAMP AS first_event_at,
  getvariable('as_of')::TIMESTAMP AS last_event_at, getvariable('as_of')::TIMESTAMP AS last_loaded_at
FROM quality.source_profile
GROUP BY stream;

CREATE TABLE quality.model_runs (
  run_id TEXT, environment TEXT, model TEXT, physical_table TEXT, interval_start TIMESTAMP, interval_end TIMESTAMP,
  started_at TIMESTAMP, finished_at TIMESTAMP, duration_seconds DOUBLE, row_count BIGINT, audits_passed INTEGER,
  audits_failed INTEGER, outcome TEXT, error TEXT
);
CREATE TABLE quality.audit_results (
  run_id TEXT, environment TEXT, model TEXT, audit TEXT, arguments TEXT, blocking BOOLEAN, failed_rows BIGINT,
  sample_keys TEXT, audited_at TIMESTAMP
);
INSERT INTO quality.audit_results
SELECT
  'run-1', 'prod', ['staging.stg_orders', 'marts.fct_orders', 'marts.mart_customer_analytics'][1 + i % 3],
  ['not_null', 'unique_values', 'accepted_range', 'rows_are_conserved'][1 + i % 4], NULL, i <> 7,
  CASE WHEN i = 7 THEN 3 ELSE 0 END, CASE WHEN i = 7 THEN 'C000007, C000011, C000012' END,
  getvariable('as_of')::TIMESTAMP + INTERVAL 150 MINUTE
FROM range(0, 24) AS numbers(i);
CREATE TABLE quality.publication (
  published_at TIMESTAMP, run_id TEXT, as_of_date DATE, last_loaded_at TIMESTAMP, failed_audits INTEGER, environment TEXT
);
INSERT INTO quality.publication
SELECT
  getvariable('as_of')::TIMESTAMP + INTERVAL 155 MINUTE, 'run-1', getvariable('as_of'),
  getvariable('as_of')::TIMESTAMP + INTERVAL 130 MINUTE, 1, 'prod';
DROP MACRO draw;

-- Of the metrics of sales by day, week and month, and of customers now; their definitions are those of metrics/, and they
-- are compared as models/marts/executive/mart_kpis.sql does.
CREATE TABLE marts.mart_kpis AS
WITH sums AS (
  SELECT
    grain, date_trunc(grain, date_day)::DATE AS period_start, any_value(as_of_date) AS as_of_date,
    sum(gmv)::DOUBLE AS gmv, sum(net_revenue)::DOUBLE AS net_revenue, sum(orders)::DOUBLE AS orders, sum(units)::DOUBLE AS units,
    sum(new_customers)::DOUBLE AS new_customers, sum(new_signups)::DOUBLE AS new_signups,
    sum(gross_margin)::DOUBLE AS gross_margin,
    sum(refunds)::DOUBLE / nullif(sum(net_revenue), 0) AS refund_rate,
    sum(net_revenue)::DOUBLE / nullif(sum(orders), 0) AS aov,
    sum(units)::DOUBLE / nullif(sum(orders), 0) AS units_per_order,
    sum(net_revenue)::DOUBLE / nullif(sum(units), 0) AS price_per_unit
  FROM marts.mart_executive_financial_summary, (VALUES ('day'), ('week'), ('month')) AS grains(grain)
  GROUP BY ALL
), told AS (
  FROM sums
  UNPIVOT INCLUDE NULLS (
    value FOR metric IN (
      gmv, net_revenue, orders, units, new_customers, new_signups, gross_margin, refund_rate, aov, units_per_order, price_per_unit
    )
  )
), timed AS (
  SELECT
    *,
    CASE grain
      WHEN 'day' THEN period_start WHEN 'week' THEN period_start + 6 ELSE last_day(period_start)
    END AS period_end,
    CASE grain
      WHEN 'day' THEN period_start - 28 WHEN 'week' THEN period_start - 7 ELSE (period_start - INTERVAL 1 MONTH)::DATE
    END AS prior_period_start,
    CASE grain WHEN 'week' THEN period_start - 364 ELSE (period_start - INTERVAL 1 YEAR)::DATE END AS prior_year_start,
    CASE grain WHEN 'day' THEN isodow(period_start) ELSE 0 END AS weekday,
    CASE metric WHEN 'refund_rate' THEN 0.1 ELSE 0.03 END AS materiality,
    CASE metric WHEN 'refund_rate' THEN 'down' ELSE 'up' END AS direction,
    period_end < as_of_date AS is_complete
  FROM told
), compared AS (
  SELECT
    timed.*, prior.value AS prior_value, prior_year.value AS prior_year_value,
    CASE
      WHEN timed.is_complete AND count(timed.value) OVER before = 12 AND min(timed.value) OVER before < max(timed.value) OVER before
        THEN (timed.value - avg(timed.value) OVER before) / stddev_samp(timed.value) OVER before
    END AS z_score
  FROM timed
  LEFT JOIN told AS prior
    ON prior.metric = timed.metric AND prior.grain = timed.grain AND prior.period_start = timed.prior_period_start
  LEFT JOIN told AS prior_year
    ON prior_year.metric = timed.metric AND prior_year.grain = timed.grain AND prior_year.period_start = timed.prior_year_start
  WINDOW before AS (
    PARTITION BY timed.metric, timed.grain, timed.weekday ORDER BY timed.period_start ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING
  )
)
SELECT
  metric, grain, 'all' AS dimension, 'all' AS member,
  CASE
    WHEN z_score IS NULL OR prior_value IS NULL THEN 'unknown'
    WHEN abs(z_score) <= 2 OR value = prior_value OR abs(value - prior_value) < materiality * abs(prior_value) THEN 'none'
    WHEN (direction = 'up') = (value > prior_value) THEN 'improved'
    ELSE 'worsened'
  END AS change_significance,
  NULL::TEXT AS status, value, prior_value, prior_year_value,
  CASE WHEN is_complete THEN (value - prior_value) / nullif(abs(prior_value), 0) END AS change_share,
  CASE WHEN is_complete THEN (value - prior_year_value) / nullif(abs(prior_year_value), 0) END AS prior_year_change_share,
  z_score,
  NULL::DOUBLE AS target, NULL::DOUBLE AS variance_to_target,
  is_complete, period_start, period_end, as_of_date
FROM compared
WHERE value IS NOT NULL;
INSERT INTO marts.mart_kpis BY NAME
WITH customers_now AS (
  SELECT
    max(as_of_date) AS as_of_date,
    count(*) FILTER (risk_level = 'High') / nullif(count(*) FILTER (total_orders > 0), 0) AS high_risk_share,
    sum(estimated_annual_value) FILTER (risk_level = 'High') AS revenue_at_risk,
    avg(customer_health_score) FILTER (total_orders > 0) AS customer_health
  FROM marts.mart_customer_analytics
  HAVING count(*) > 0
)
SELECT
  metric, 'day' AS grain, 'all' AS dimension, 'all' AS member, 'unknown' AS change_significance, value,
  TRUE AS is_complete, as_of_date - 1 AS period_start, as_of_date - 1 AS period_end, as_of_date
FROM (UNPIVOT customers_now ON high_risk_share, revenue_at_risk, customer_health INTO NAME metric VALUE value);

-- What the monitor tells: one alert that is open and one that has cleared, a promise, a cycle.
CREATE TABLE quality.alerts (
  alert_key TEXT, kind TEXT, subject TEXT, severity TEXT, title TEXT, detail TEXT, value DOUBLE,
  threshold DOUBLE, owner TEXT, advice TEXT, since TIMESTAMP, raised_at TIMESTAMP, last_seen_at TIMESTAMP,
  cleared_at TIMESTAMP, delivered_to TEXT
);
CREATE TABLE quality.contract_status (
  model TEXT, contract_version TEXT, promise TEXT, promised TEXT, measured TEXT, is_kept BOOLEAN,
  checked_at TIMESTAMP, owner TEXT
);
CREATE TABLE quality.cycle_runs (
  cycle_id TEXT, started_at TIMESTAMP, finished_at TIMESTAMP, seconds DOUBLE, outcome TEXT, failed_step TEXT,
  error TEXT, as_of_date DATE
);
CREATE TABLE quality.cycle_steps (
  cycle_id TEXT, step TEXT, started_at TIMESTAMP, seconds DOUBLE, outcome TEXT, detail TEXT
);
CREATE TABLE quality.monitor_checks (
  kind TEXT, subject TEXT, state TEXT, title TEXT, detail TEXT, value DOUBLE, threshold DOUBLE, owner TEXT,
  advice TEXT, since TIMESTAMP, checked_at TIMESTAMP
);
INSERT INTO quality.alerts BY NAME
SELECT
  'freshness:data' AS alert_key, 'freshness' AS kind, 'data' AS subject, 'warning' AS severity,
  'The data are late' AS title, 'they end on ' || (as_of_date - 1) AS detail, 1 AS value, 1 AS threshold,
  'data_team' AS owner, 'see which source delivers no orders' AS advice,
  published_at - INTERVAL (3 * n) HOUR AS since, since AS raised_at, published_at AS last_seen_at,
  CASE WHEN n = 2 THEN published_at - INTERVAL 1 HOUR END AS cleared_at, 'mail' AS delivered_to
FROM quality.publication, range(1, 3) AS numbers(n) WHERE as_of_date IS NOT NULL;
INSERT INTO quality.contract_status BY NAME
SELECT
  'marts.mart_customer_analytics' AS model, '1.0.0' AS contract_version, 'freshness' AS promise,
  'daily by 08:00 UTC' AS promised, 'data through ' || (as_of_date - 1) AS measured, FALSE AS is_kept,
  published_at AS checked_at, 'customer_team' AS owner
FROM quality.publication WHERE as_of_date IS NOT NULL;
CREATE TABLE quality.contracts (
  model TEXT, contract_version TEXT, promise TEXT, item TEXT, promised TEXT, owner TEXT, stakeholders TEXT
);
INSERT INTO quality.contracts
SELECT 'marts.mart_customer_analytics', '1.0.0', promise, item, promised, 'customer_team', 'marketing'
FROM (VALUES
  ('grain', 'grain', 'one row per customer_id'),
  ('freshness', 'freshness', 'daily by 08:00 UTC'),
  ('accuracy', 'accuracy', 'What customers spent equals their valid orders.'),
  ('availability', 'availability', '99.0% of 90 days'),
  ('notice', 'notice', '30 days before breaking, 0 before others'),
  ('column', 'customer_id', 'TEXT; always there'),
  ('check', 'not_null(columns := (customer_id))', 'found in no row')
) AS promises(promise, item, promised);
INSERT INTO quality.cycle_runs BY NAME
SELECT
  'cycle' || n AS cycle_id, published_at - INTERVAL (15 * n) MINUTE AS started_at, started_at AS finished_at,
  60.0 AS seconds, CASE WHEN n = 1 THEN 'failed' ELSE 'succeeded' END AS outcome,
  CASE WHEN n = 1 THEN 'ingest' END AS failed_step, CASE WHEN n = 1 THEN 'the till cannot be read' END AS error,
  as_of_date
FROM quality.publication, range(1, 101) AS numbers(n) WHERE as_of_date IS NOT NULL;
