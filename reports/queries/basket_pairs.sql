-- Each pair once, in the direction in which it tells more.
SELECT
  antecedent_name,
  consequent_name,
  antecedent_department,
  consequent_department,
  relation,
  pair_order_count AS orders,
  support,
  confidence,
  lift,
  strength,
  advice,
  chi_square,
  cross_sell_score
FROM marts.mart_product_affinity
WHERE is_significant
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY LEAST(antecedent_id, consequent_id), GREATEST(antecedent_id, consequent_id)
  ORDER BY confidence DESC, antecedent_id
) = 1
