AUDIT (
  name same_rows,
  defaults (condition = TRUE, other_condition = TRUE)
);

/* Two tables have the same rows, as often, in the columns named. */
SELECT
  @EACH(@columns, c -> c),
  SUM(side) AS surplus
FROM (
  SELECT
    @EACH(@columns, c -> c),
    1 AS side
  FROM @this_model
  WHERE
    @condition
  UNION ALL
  SELECT
    @EACH(@columns, c -> c),
    -1 AS side
  FROM @other_table
  WHERE
    @other_condition
) AS both_sides
GROUP BY
  @EACH(@columns, c -> c)
HAVING
  SUM(side) <> 0
