AUDIT (
  name contains_values,
  defaults (
    condition = TRUE
  )
);

/* Every value of a list occurs, in a table that has rows at all. */
SELECT
  COUNT(*) AS row_count,
  COUNT(DISTINCT CASE WHEN @column IN @is_in THEN @column END) AS found_count
FROM @this_model
WHERE
  @condition
HAVING
  COUNT(*) > 0
  AND (
    @REDUCE(@EACH(@is_in, v -> COUNT(CASE WHEN @column = v THEN 1 END) = 0), (l, r) -> l OR r)
  )
