-- The figures of the period in one row, each with its changes.
SELECT
  MAX(value) FILTER (metric = 'net_revenue') AS net_revenue,
  MAX(change_share) FILTER (metric = 'net_revenue') AS net_revenue_change,
  MAX(prior_year_change_share) FILTER (metric = 'net_revenue') AS net_revenue_year_change,
  MAX(value) FILTER (metric = 'orders') AS orders,
  MAX(change_share) FILTER (metric = 'orders') AS orders_change,
  MAX(prior_year_change_share) FILTER (metric = 'orders') AS orders_year_change,
  MAX(value) FILTER (metric = 'aov') AS aov,
  MAX(change_share) FILTER (metric = 'aov') AS aov_change,
  MAX(prior_year_change_share) FILTER (metric = 'aov') AS aov_year_change,
  MAX(value) FILTER (metric = 'new_customers') AS new_customers,
  MAX(change_share) FILTER (metric = 'new_customers') AS new_customers_change,
  MAX(prior_year_change_share) FILTER (metric = 'new_customers') AS new_customers_year_change,
  MAX(prior_value) FILTER (metric = 'net_revenue') AS net_revenue_before,
  MAX(change_significance) FILTER (metric = 'net_revenue') AS net_revenue_significance,
  MAX(change_significance) FILTER (metric = 'new_customers') AS new_customers_significance,
  COUNT(*) FILTER (change_significance <> 'unknown') AS judged_metrics,
  MAX(first_day) AS first_day,
  MAX(last_day) AS last_day
FROM ${summary_movements} AS movements
HAVING net_revenue IS NOT NULL
