AUDIT (
  name one_credit_per_order
);

/* Whichever way an order is credited to campaigns, it is credited once. */
SELECT
  order_id,
  SUM(CASE WHEN is_first_touch THEN 1 ELSE 0 END) AS first_touches,
  SUM(CASE WHEN is_last_touch THEN 1 ELSE 0 END) AS last_touches,
  SUM(linear_share) AS linear_shares
FROM @this_model
GROUP BY
  order_id
HAVING
  SUM(CASE WHEN is_first_touch THEN 1 ELSE 0 END) <> 1
  OR SUM(CASE WHEN is_last_touch THEN 1 ELSE 0 END) <> 1
  OR ABS(SUM(linear_share) - 1) > 1e-9
