-- The figures of the period (0), of like periods before it (1, 2, ...) and of the one a year ago (-1), where the data have all their days.
SELECT
  spans.place,
  MAX(spans.first_day) AS first_day,
  MAX(spans.last_day) AS last_day,
  COUNT(*) AS days,
  COUNT(*) > DATE_DIFF('day', MAX(spans.first_day), MAX(spans.last_day)) AS is_whole,
  SUM(summary.net_revenue)::DOUBLE AS net_revenue,
  SUM(summary.orders)::DOUBLE AS orders,
  SUM(summary.net_revenue)::DOUBLE / NULLIF(SUM(summary.orders), 0) AS average_order_value,
  SUM(summary.gross_margin)::DOUBLE AS gross_margin,
  SUM(summary.refunds)::DOUBLE AS refunds,
  SUM(summary.new_customers)::DOUBLE AS new_customers,
  SUM(summary.new_signups)::DOUBLE AS signups,
  SUM(summary.visits)::DOUBLE AS visits,
  SUM(summary.converted_visits)::DOUBLE / NULLIF(SUM(summary.visits), 0) AS conversion_rate,
  SUM(summary.marketing_spend)::DOUBLE AS marketing_spend
FROM ${spans} AS spans
INNER JOIN marts.mart_executive_financial_summary AS summary
  ON summary.date_day BETWEEN spans.first_day AND spans.last_day
GROUP BY spans.place
HAVING spans.place = 0 OR COUNT(*) > DATE_DIFF('day', MAX(spans.first_day), MAX(spans.last_day))
ORDER BY ABS(spans.place), spans.place DESC
