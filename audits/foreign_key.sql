AUDIT (
  name foreign_key,
  defaults (
    condition = TRUE
  )
);

SELECT
  child.@column AS orphan_key,
  COUNT(*) AS orphan_rows
FROM @this_model AS child
LEFT JOIN @parent_table AS parent
  ON child.@column = parent.@parent_column
WHERE
  parent.@parent_column IS NULL AND NOT child.@column IS NULL AND @condition
GROUP BY
  child.@column
