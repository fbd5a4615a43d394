AUDIT (
  name total_between,
  defaults (min_v = NULL, max_v = NULL, condition = TRUE)
);

/* The sum of a column lies within bounds; without rows there is no sum. */
SELECT
  SUM(@column) AS total
FROM @this_model
WHERE
  @condition
HAVING
  SUM(@column) < @min_v OR SUM(@column) > @max_v
