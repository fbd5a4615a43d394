AUDIT (
  name costs_cover_revenue,
  defaults (
    min_share = 0.95
  )
);

/* Margins tell of nearly all revenue or of none: costs are known for the sales of a shop that tells costs at all. */
SELECT
  SUM(costed_revenue) AS costed_revenue,
  SUM(net_revenue) AS net_revenue
FROM @this_model
WHERE
  dimension = 'all'
HAVING
  SUM(costed_revenue) > 0 AND SUM(costed_revenue) < @min_share * SUM(net_revenue)
