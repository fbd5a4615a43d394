AUDIT (
  name one_valid_version
);

/* What the dimension holds now has exactly one version that is valid. */
SELECT
  dimension.@column AS this_key,
  COUNT(versions.@column) AS valid_versions
FROM @dimension AS dimension
LEFT JOIN @this_model AS versions
  ON dimension.@column = versions.@column AND versions.valid_to IS NULL
GROUP BY
  dimension.@column
HAVING
  COUNT(versions.@column) <> 1
