-- Each pair once, in the direction in which it tells more: from the product that is bought less.
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
  AND (
    antecedent_order_count < consequent_order_count
    OR (antecedent_order_count = consequent_order_count AND antecedent_id < consequent_id)
  )
