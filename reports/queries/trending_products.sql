SELECT
  product_name AS product,
  trend_band,
  trending_score,
  units_last_30_days AS units,
  net_revenue_last_30_days AS last_30_days_amount,
  ROW_NUMBER() OVER (PARTITION BY trend_band ORDER BY trending_score DESC, product_id) AS from_top,
  ROW_NUMBER() OVER (PARTITION BY trend_band ORDER BY trending_score, product_id) AS from_bottom
FROM marts.mart_product_performance
WHERE trending_score IS NOT NULL AND units_last_30_days > 0
