AUDIT (
  name share_between,
  defaults (min_v = NULL, max_v = NULL, condition = TRUE)
);

/* Of the rows that meet a condition, the share that meets the criterion too lies within bounds. */
SELECT
  share
FROM (
  SELECT
    @safe_divide(SUM(CASE WHEN @criterion THEN 1 ELSE 0 END), COUNT(*)) AS share
  FROM @this_model
  WHERE
    @condition
) AS shares
WHERE
  share < @min_v OR share > @max_v
