MODEL (
  name marts.mart_product_recommendations,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (mart, products),
  grain (customer_id, recommendation_rank),
  references (customer_id, product_id),
  depends_on (marts.dim_customers, marts.dim_products),
  description 'Five products for each customer (recommendations_per_customer), fewer where the shop sold fewer of late, by the chance that the next order holds them: what the customer buys again, what goes with it, and what everybody buys. The chance starts from the popularity of the product and moves to the share of the customer''s own orders as these grow (popularity_prior_orders); a rule adds the chance of its antecedent times its confidence above chance. One row per customer, prospects too, and rank. Answers: what do we show a customer next, and why?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    product_id = 'The shop''s id of the product',
    product_name = 'Name of the product',
    source = 'repeat where the customer bought it before, affinity where it goes with what the customer buys, else popularity',
    because_product_id = 'The product that it goes with; null unless the source is affinity',
    recommendation_rank = '1 the most likely',
    score = 'Estimated chance that the next order holds it, 0 to 1'
  )
);

WITH bought AS (
  SELECT
    bought.customer_id,
    bought.product_id,
    (
      bought.order_count + @popularity_prior_orders * popularity.order_share
    ) / NULLIF(summary.total_orders + @popularity_prior_orders, 0) AS score,
    summary.total_orders
  FROM intermediate.int_product_customers AS bought
  INNER JOIN intermediate.int_product_popularity AS popularity
    ON bought.product_id = popularity.product_id
  INNER JOIN intermediate.int_customer_order_summary AS summary
    ON bought.customer_id = summary.customer_id
), favourites AS (
  SELECT
    customer_id,
    product_id,
    score,
    total_orders,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY score DESC, product_id) AS favourite_rank
  FROM bought
), rules AS (
  SELECT
    rules.antecedent_id,
    rules.consequent_id,
    popularity.order_share,
    rules.confidence - rules.confidence / NULLIF(rules.lift, 0) AS confidence_above_chance,
    ROW_NUMBER() OVER (
      PARTITION BY rules.antecedent_id
      ORDER BY rules.confidence - rules.confidence / NULLIF(rules.lift, 0) DESC, rules.consequent_id
    ) AS rule_rank
  FROM marts.mart_product_affinity AS rules
  INNER JOIN intermediate.int_product_popularity AS popularity
    ON rules.consequent_id = popularity.product_id
  WHERE
    rules.is_significant
), candidates AS (
  SELECT
    customer_id,
    product_id,
    'repeat' AS source,
    NULL AS because_product_id,
    score
  FROM favourites
  WHERE
    favourite_rank <= @recommendations_per_customer
  UNION ALL
  SELECT
    favourites.customer_id,
    rules.consequent_id AS product_id,
    'affinity' AS source,
    rules.antecedent_id AS because_product_id,
    LEAST(
      @popularity_prior_orders * rules.order_share / NULLIF(favourites.total_orders + @popularity_prior_orders, 0) + favourites.score * rules.confidence_above_chance,
      1
    ) AS score
  FROM favourites
  INNER JOIN rules
    ON favourites.product_id = rules.antecedent_id
  WHERE
    favourites.favourite_rank <= @recommendations_per_customer
    AND rules.rule_rank <= @recommended_rules_per_product
  UNION ALL
  SELECT
    customers.customer_id,
    popularity.product_id,
    'popularity' AS source,
    NULL AS because_product_id,
    @popularity_prior_orders * popularity.order_share / NULLIF(COALESCE(summary.total_orders, 0) + @popularity_prior_orders, 0) AS score
  FROM staging.stg_customers AS customers
  CROSS JOIN intermediate.int_product_popularity AS popularity
  LEFT JOIN intermediate.int_customer_order_summary AS summary
    ON customers.customer_id = summary.customer_id
  WHERE
    popularity.popularity_rank <= 2 * @recommendations_per_customer
), best_of_product AS (
  SELECT
    customer_id,
    product_id,
    source,
    because_product_id,
    score,
    ROW_NUMBER() OVER (PARTITION BY customer_id, product_id ORDER BY score DESC, source DESC, because_product_id) AS reason_rank
  FROM candidates
), ranked_products AS (
  SELECT
    customer_id,
    product_id,
    source,
    because_product_id,
    score,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY score DESC, product_id) AS recommendation_rank
  FROM best_of_product
  WHERE
    reason_rank = 1
)
SELECT
  ranked.customer_id::TEXT AS customer_id,
  ranked.product_id::TEXT AS product_id,
  products.product_name::TEXT AS product_name,
  ranked.source::TEXT AS source,
  ranked.because_product_id::TEXT AS because_product_id,
  ranked.recommendation_rank::INT AS recommendation_rank,
  ranked.score::DOUBLE AS score
FROM ranked_products AS ranked
INNER JOIN intermediate.int_products AS products
  ON ranked.product_id = products.product_id
WHERE
  ranked.recommendation_rank <= @recommendations_per_customer
