-- Stretches of thirty days, the latest first, as far back as there are whole ones.
SELECT
  (DATE_DIFF('day', date_day, as_of_date) - 1) // 30 AS stretch,
  MAX(date_day) AS ends_on,
  SUM(net_revenue)::DOUBLE AS net_revenue,
  SUM(orders)::DOUBLE AS orders,
  SUM(new_customers)::DOUBLE AS new_customers,
  SUM(marketing_spend)::DOUBLE AS marketing_spend,
  SUM(marketing_spend)::DOUBLE / NULLIF(SUM(new_customers) FILTER (marketing_spend IS NOT NULL), 0) AS acquisition_cost,
  SUM(visits)::DOUBLE AS visits,
  SUM(converted_visits)::DOUBLE / NULLIF(SUM(visits), 0) AS conversion_rate
FROM marts.mart_executive_financial_summary
GROUP BY stretch
HAVING COUNT(*) = 30
