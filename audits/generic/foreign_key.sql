AUDIT (
  name foreign_key,
  defaults (
    condition = TRUE
  )
);

/* Every key that is known is one of the parent table. A condition calls the audited table child, and what it leaves
out costs nothing. */
SELECT
  known.orphan_key,
  COUNT(*) AS orphan_rows
FROM (
  SELECT
    child.@column AS orphan_key
  FROM @this_model AS child
  WHERE
    @AND(NOT child.@column IS NULL, @condition)
) AS known
LEFT JOIN @parent_table AS parent
  ON known.orphan_key = parent.@parent_column
WHERE
  parent.@parent_column IS NULL
GROUP BY
  known.orphan_key
