-- Where profit is highest, the margin is 1 / elasticity: which side of it a product is on, for certain or not.
SELECT
  product_name AS product,
  abc_class,
  mean_price_paid AS mean_price,
  price_elasticity AS elasticity,
  price_elasticity_error AS elasticity_error,
  price_elasticity - 2 * price_elasticity_error AS lower_elasticity,
  price_elasticity + 2 * price_elasticity_error AS upper_elasticity,
  gross_margin_share AS margin_share,
  net_revenue_last_30_days AS last_30_days_amount,
  CASE
    WHEN gross_margin_share IS NULL THEN 'Unknown'
    WHEN lower_elasticity >= -1 OR gross_margin_share < -1 / lower_elasticity THEN 'Higher'
    WHEN upper_elasticity < -1 AND gross_margin_share > -1 / upper_elasticity THEN 'Lower'
    ELSE 'Not clear'
  END AS verdict
FROM marts.mart_product_performance
WHERE price_elasticity IS NOT NULL
