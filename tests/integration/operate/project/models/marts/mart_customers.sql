MODEL (
  name marts.mart_customers,
  kind FULL,
  grain (customer_id),
  audits (
    unique_values(columns := (customer_id)),
    forall(criteria := (amount < 1000))
  ),
  description 'One row per customer.',
  column_descriptions (customer_id = 'The customer''s id.', amount = 'All they spent.')
);

SELECT customer_id, COUNT(*)::BIGINT AS sales, SUM(amount)::DECIMAL(18, 2) AS amount
FROM staging.stg_sales
GROUP BY customer_id
