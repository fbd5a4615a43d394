-- Products of which it can be told how demand follows the price.
SELECT
  product_name AS product,
  abc_class,
  mean_price_paid AS mean_price,
  price_elasticity AS elasticity,
  price_elasticity_error AS elasticity_error,
  gross_margin_share AS margin_share,
  net_revenue_last_30_days AS last_30_days_amount,
  price_verdict AS verdict
FROM marts.mart_product_performance
WHERE price_elasticity IS NOT NULL
