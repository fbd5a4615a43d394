AUDIT (
  name row_count_between,
  defaults (min_v = NULL, max_v = NULL, condition = TRUE)
);

/* The rows that meet a condition are neither too few nor too many. */
SELECT
  COUNT(*) AS row_count
FROM @this_model
WHERE
  @condition
HAVING
  COUNT(*) < @min_v OR COUNT(*) > @max_v
