-- What customers are like now, as metrics/ defines it.
SELECT
  MAX(value) FILTER (metric = 'high_risk_share') AS high_risk_share,
  MAX(value) FILTER (metric = 'revenue_at_risk') AS revenue_at_risk,
  MAX(value) FILTER (metric = 'customer_health') AS customer_health
FROM marts.mart_kpis
WHERE grain = 'day' AND dimension = 'all' AND period_start = as_of_date - 1
