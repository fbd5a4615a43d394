AUDIT (
  name sums_agree,
  defaults (tolerance = 0, other_condition = TRUE)
);

/* A column here and one of another table add up to the same within a tolerance, which is none where not said. */
SELECT
  this_side.total AS this_total,
  other_side.total AS other_total
FROM (
  SELECT
    COALESCE(SUM(@column), 0)::DECIMAL(38, 2) AS total
  FROM @this_model
) AS this_side
CROSS JOIN (
  SELECT
    COALESCE(SUM(@other_column), 0)::DECIMAL(38, 2) AS total
  FROM @other_table
  WHERE
    @other_condition
) AS other_side
WHERE
  ABS(this_side.total - other_side.total) > @tolerance
