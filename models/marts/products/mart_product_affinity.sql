MODEL (
  name marts.mart_product_affinity,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (mart, products),
  grain (antecedent_id, consequent_id),
  depends_on (
    marts.dim_products
  ),
  audits (
    sums_agree(
      "column" := pair_order_count,
      other_table := intermediate.int_basket_pairs,
      other_column := 2 * order_count,
      other_condition := order_count * basket_count >= @affinity_min_lift * product_order_count * other_product_order_count
    )
  ),
  description 'Which product brings which other into the basket: rules antecedent -> consequent of products bought together at least as often as by chance, and how sure that is. One row per antecedent and consequent; each pair stands in both directions. Answers: what goes with a product, how much more than by chance, is it more than luck, and what do we do with it?',
  column_descriptions (
    antecedent_id = 'The product that is in the basket',
    consequent_id = 'The product that comes with it',
    antecedent_name = 'Name of the product that is in the basket',
    consequent_name = 'Name of the product that comes with it',
    antecedent_department = 'Department of the product that is in the basket',
    consequent_department = 'Department of the product that comes with it',
    relation = 'variant where one is a variant of the other or both are of a third, bundle where one is a bundle, else product',
    strength = 'very_strong, strong, moderate or weak by lift and confidence',
    advice = 'What to do with the pair; while it may be luck, to wait',
    pair_order_count = 'Baskets with both',
    pair_customer_count = 'Known customers with such a basket',
    antecedent_order_count = 'Baskets with the antecedent',
    consequent_order_count = 'Baskets with the consequent',
    basket_count = 'All baskets',
    cross_sell_score = '5 best to 1 by shrunk lift; 1 while it may be luck',
    support = 'Share of baskets with both, 0 to 1',
    confidence = 'Share of the baskets with the antecedent that hold the consequent, 0 to 1',
    lift = 'Baskets with both, over those expected if the two had nothing to do with each other',
    shrunk_lift = 'Lift as if there had been a few more baskets than seen, just as many as expected (affinity_prior_orders): small counts are drawn towards 1',
    chi_square = 'Pearson''s statistic of the two-by-two table of baskets, without continuity correction; null where a product is in every basket',
    p_value = 'Chance of such a statistic if the two had nothing to do with each other',
    is_significant = 'The p-value stays below affinity_max_p_value when multiplied with the number of pairs looked at (Bonferroni)'
  )
);

WITH directed_pairs AS (
  SELECT
    product_id AS antecedent_id,
    other_product_id AS consequent_id,
    order_count,
    customer_count,
    product_order_count AS antecedent_order_count,
    other_product_order_count AS consequent_order_count,
    basket_count
  FROM intermediate.int_basket_pairs
  UNION ALL
  SELECT
    other_product_id AS antecedent_id,
    product_id AS consequent_id,
    order_count,
    customer_count,
    other_product_order_count AS antecedent_order_count,
    product_order_count AS consequent_order_count,
    basket_count
  FROM intermediate.int_basket_pairs
), measured_pairs AS (
  SELECT
    antecedent_id,
    consequent_id,
    order_count,
    customer_count,
    antecedent_order_count,
    consequent_order_count,
    basket_count,
    COUNT(*) OVER () / 2 AS tested_pair_count,
    antecedent_order_count::DOUBLE * consequent_order_count / NULLIF(basket_count, 0) AS expected_order_count,
    @safe_divide(
      basket_count * POWER(basket_count::DOUBLE * order_count - antecedent_order_count::DOUBLE * consequent_order_count, 2),
      antecedent_order_count::DOUBLE * consequent_order_count * (
        basket_count - antecedent_order_count
      ) * (
        basket_count - consequent_order_count
      )
    ) AS chi_square
  FROM directed_pairs
), judged_pairs AS (
  SELECT
    antecedent_id,
    consequent_id,
    order_count,
    customer_count,
    antecedent_order_count,
    consequent_order_count,
    basket_count,
    order_count::DOUBLE / NULLIF(basket_count, 0) AS support,
    order_count::DOUBLE / NULLIF(antecedent_order_count, 0) AS confidence,
    order_count / NULLIF(expected_order_count, 0) AS lift,
    (
      order_count + @affinity_prior_orders
    ) / NULLIF(expected_order_count + @affinity_prior_orders, 0) AS shrunk_lift,
    chi_square,
    @chi_square_p_value(chi_square) AS p_value,
    COALESCE(@chi_square_p_value(chi_square) * tested_pair_count <= @affinity_max_p_value, FALSE) AS is_significant
  FROM measured_pairs
  WHERE
    order_count * basket_count >= @affinity_min_lift * antecedent_order_count * consequent_order_count
), named_pairs AS (
  SELECT
    pairs.antecedent_id,
    pairs.consequent_id,
    antecedents.product_name AS antecedent_name,
    consequents.product_name AS consequent_name,
    antecedents.department_name AS antecedent_department,
    consequents.department_name AS consequent_department,
    CASE
      WHEN COALESCE(antecedent_rows.parent_product_id, pairs.antecedent_id) = COALESCE(consequent_rows.parent_product_id, pairs.consequent_id)
      THEN 'variant'
      WHEN antecedents.is_bundle OR consequents.is_bundle
      THEN 'bundle'
      ELSE 'product'
    END AS relation,
    CASE
      WHEN pairs.lift >= @very_strong_min_lift AND pairs.confidence >= @very_strong_min_confidence
      THEN 'very_strong'
      WHEN pairs.lift >= @strong_min_lift AND pairs.confidence >= @strong_min_confidence
      THEN 'strong'
      WHEN pairs.lift >= @moderate_min_lift AND pairs.confidence >= @moderate_min_confidence
      THEN 'moderate'
      ELSE 'weak'
    END AS strength
  FROM judged_pairs AS pairs
  INNER JOIN intermediate.int_products AS antecedents
    ON pairs.antecedent_id = antecedents.product_id
  INNER JOIN intermediate.int_products AS consequents
    ON pairs.consequent_id = consequents.product_id
  LEFT JOIN staging.stg_products AS antecedent_rows
    ON pairs.antecedent_id = antecedent_rows.product_id
  LEFT JOIN staging.stg_products AS consequent_rows
    ON pairs.consequent_id = consequent_rows.product_id
)
SELECT
  pairs.antecedent_id::TEXT AS antecedent_id,
  pairs.consequent_id::TEXT AS consequent_id,
  named.antecedent_name::TEXT AS antecedent_name,
  named.consequent_name::TEXT AS consequent_name,
  named.antecedent_department::TEXT AS antecedent_department,
  named.consequent_department::TEXT AS consequent_department,
  named.relation::TEXT AS relation,
  named.strength::TEXT AS strength,
  actions.advice::TEXT AS advice,
  pairs.order_count::BIGINT AS pair_order_count,
  pairs.customer_count::BIGINT AS pair_customer_count,
  pairs.antecedent_order_count::BIGINT AS antecedent_order_count,
  pairs.consequent_order_count::BIGINT AS consequent_order_count,
  pairs.basket_count::BIGINT AS basket_count,
  CASE WHEN pairs.is_significant THEN @score(pairs.shrunk_lift, @cross_sell_lifts, TRUE) ELSE 1 END::INT AS cross_sell_score,
  pairs.support::DOUBLE AS support,
  pairs.confidence::DOUBLE AS confidence,
  pairs.lift::DOUBLE AS lift,
  pairs.shrunk_lift::DOUBLE AS shrunk_lift,
  pairs.chi_square::DOUBLE AS chi_square,
  pairs.p_value::DOUBLE AS p_value,
  pairs.is_significant::BOOLEAN AS is_significant
FROM judged_pairs AS pairs
INNER JOIN named_pairs AS named
  ON pairs.antecedent_id = named.antecedent_id AND pairs.consequent_id = named.consequent_id
INNER JOIN seeds.affinity_advice AS actions
  ON named.relation = actions.relation
  AND CASE WHEN pairs.is_significant THEN named.strength ELSE 'unproven' END = actions.strength
