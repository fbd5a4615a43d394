-- Customers by RFM segment, with the segment's page and its size in the last two complete months.
WITH last_month AS (
  SELECT to_segment AS segment, SUM(customer_count) AS segment_size
  FROM marts.mart_segment_migration
  WHERE month_end = (SELECT MAX(month_end) FROM marts.mart_segment_migration)
  GROUP BY to_segment
),
month_before AS (
  SELECT from_segment AS segment, SUM(customer_count) AS segment_size
  FROM marts.mart_segment_migration
  WHERE month_end = (SELECT MAX(month_end) FROM marts.mart_segment_migration)
  GROUP BY from_segment
)
SELECT
  members.rfm_segment AS segment,
  '/customers/' || members.rfm_segment AS page,
  COUNT(*) AS customers,
  COUNT(*) / SUM(COUNT(*)) OVER () AS customer_share,
  SUM(members.total_spent)::DOUBLE AS spent_amount,
  SUM(members.total_spent)::DOUBLE / NULLIF(SUM(SUM(members.total_spent)) OVER (), 0)::DOUBLE AS spend_share,
  SUM(members.total_spent)::DOUBLE / COUNT(*) AS spent_per_customer,
  AVG(members.customer_health_score) AS mean_health,
  AVG((members.risk_level = 'High')::INTEGER) AS high_risk_share,
  MAX(last_month.segment_size) AS customers_last_month,
  MAX(month_before.segment_size) AS customers_month_before,
  MAX(last_month.segment_size) - MAX(month_before.segment_size) AS month_change,
  ANY_VALUE(members.rfm_action) AS action
FROM marts.mart_customer_analytics AS members
LEFT JOIN last_month ON last_month.segment = members.rfm_segment
LEFT JOIN month_before ON month_before.segment = members.rfm_segment
GROUP BY members.rfm_segment
ORDER BY COUNT(*) DESC, segment
