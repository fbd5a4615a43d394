AUDIT (
  name distinct_count_between,
  defaults (min_v = NULL, max_v = NULL, condition = TRUE)
);

/* A column has neither too few nor too many different values. */
SELECT
  COUNT(DISTINCT @column) AS value_count
FROM @this_model
WHERE
  @condition
HAVING
  COUNT(DISTINCT @column) < @min_v OR COUNT(DISTINCT @column) > @max_v
