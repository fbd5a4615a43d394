-- Deliveries and subscriptions by month, as metrics/ defines them.
SELECT
  period_start AS month,
  MAX(value) FILTER (metric = 'delivery_days') AS delivery_days,
  MAX(value) FILTER (metric = 'on_time_rate') AS on_time_rate,
  MAX(value) FILTER (metric = 'fulfilment_rate') AS fulfilment_rate,
  MAX(value) FILTER (metric = 'return_rate') AS return_rate,
  MAX(value) FILTER (metric = 'customer_satisfaction') AS customer_satisfaction,
  MAX(value) FILTER (metric = 'mrr') AS mrr,
  MAX(value) FILTER (metric = 'net_revenue_retention') AS net_revenue_retention,
  MAX(value) FILTER (metric = 'gross_revenue_retention') AS gross_revenue_retention,
  MAX(value) FILTER (metric = 'logo_churn') AS logo_churn
FROM marts.mart_kpis
WHERE grain = 'month' AND dimension = 'all'
GROUP BY month
