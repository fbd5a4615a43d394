AUDIT (
  name quantile_between,
  defaults (min_v = NULL, max_v = NULL, condition = TRUE)
);

/* A quantile lies within bounds: the median at share 0.5, the least and greatest value at 0 and 1. */
SELECT
  quantile_value
FROM (
  SELECT
    @quantile(@column, @share) AS quantile_value
  FROM @this_model
  WHERE
    @condition
) AS quantiles
WHERE
  quantile_value < @min_v OR quantile_value > @max_v
