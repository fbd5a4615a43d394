-- The figures of the period in one row, each with its changes.
SELECT
  MAX(amount_now) FILTER (metric = 'net_revenue') AS net_revenue,
  MAX(change_before) FILTER (metric = 'net_revenue') AS net_revenue_change,
  MAX(change_year_ago) FILTER (metric = 'net_revenue') AS net_revenue_year_change,
  MAX(amount_now) FILTER (metric = 'orders') AS orders,
  MAX(change_before) FILTER (metric = 'orders') AS orders_change,
  MAX(change_year_ago) FILTER (metric = 'orders') AS orders_year_change,
  MAX(amount_now) FILTER (metric = 'average_order_value') AS order_value,
  MAX(change_before) FILTER (metric = 'average_order_value') AS order_value_change,
  MAX(change_year_ago) FILTER (metric = 'average_order_value') AS order_value_year_change,
  MAX(amount_now) FILTER (metric = 'new_customers') AS new_customers,
  MAX(change_before) FILTER (metric = 'new_customers') AS new_customers_change,
  MAX(change_year_ago) FILTER (metric = 'new_customers') AS new_customers_year_change,
  MAX(amount_before) FILTER (metric = 'net_revenue') AS net_revenue_before,
  MAX(usual) FILTER (metric = 'net_revenue') AS net_revenue_usual,
  BOOL_OR(is_unusual) FILTER (metric = 'net_revenue') AS is_revenue_unusual
FROM ${summary_movements} AS movements
HAVING COUNT(*) > 0
