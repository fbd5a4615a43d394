AUDIT (
  name same_row_count,
  defaults (
    condition = TRUE
  )
);

/* There are as many rows as in another table, or as meet a condition there. */
SELECT
  this_side.row_count AS row_count,
  other_side.row_count AS expected_row_count
FROM (
  SELECT
    COUNT(*) AS row_count
  FROM @this_model
) AS this_side
CROSS JOIN (
  SELECT
    COUNT(*) AS row_count
  FROM @table_name
  WHERE
    @condition
) AS other_side
WHERE
  this_side.row_count <> other_side.row_count
