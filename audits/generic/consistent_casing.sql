AUDIT (
  name consistent_casing,
  defaults (
    condition = TRUE
  )
);

/* No value is written in two ways that differ only in upper and lower case. */
SELECT
  LOWER(@column) AS lower_value,
  COUNT(DISTINCT @column) AS spellings
FROM @this_model
WHERE
  @condition
GROUP BY
  LOWER(@column)
HAVING
  COUNT(DISTINCT @column) > 1
