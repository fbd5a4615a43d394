-- What calls for action as of today, whatever the period.
SELECT
  (SELECT high_risk_share FROM ${metrics_now}) AS high_risk_share,
  (
    SELECT COUNT(*) FROM marts.mart_product_performance
    WHERE abc_class = 'A' AND is_active AND stock_status = 'Out' AND units_last_30_days > 0
  ) AS class_a_out,
  (
    SELECT COUNT(*) FROM marts.mart_product_performance
    WHERE abc_class = 'A' AND is_active AND stock_status = 'Low' AND units_last_30_days > 0
  ) AS class_a_low,
  (
    SELECT ARG_MAX(value, period_start) FROM marts.mart_kpis
    WHERE metric = 'net_revenue_retention' AND grain = 'month' AND dimension = 'all' AND is_complete
  ) AS net_retention,
  (SELECT COUNT(*) FROM marts.mart_action_list WHERE NOT is_holdout AND expected_value > 0) AS worthwhile_customers,
  (SELECT SUM(expected_value) FROM marts.mart_action_list WHERE NOT is_holdout AND expected_value > 0) AS expected_value,
  (SELECT MAX(failed_audits) FROM quality.publication) AS failed_audits,
  (SELECT MAX(as_of_date) FROM marts.mart_executive_financial_summary) AS as_of_date
