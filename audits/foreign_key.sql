AUDIT (
  name foreign_key,
  defaults (
    condition = TRUE
  )
);

/* Every key that is known is one of the parent table. */
SELECT
  child.@column AS orphan_key,
  COUNT(*) AS orphan_rows
FROM @this_model AS child
LEFT JOIN @parent_table AS parent
  ON child.@column = parent.@parent_column
WHERE
  @AND(parent.@parent_column IS NULL, NOT child.@column IS NULL, @condition)
GROUP BY
  child.@column
