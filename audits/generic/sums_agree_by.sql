AUDIT (
  name sums_agree_by,
  defaults (tolerance = 0, tolerance_share = 0, condition = TRUE, other_condition = TRUE)
);

/* For every key, such as a day, two tables add up to the same within a tolerance, an amount or a share of the other
sum. A key that one table lacks adds up to nothing there. */
SELECT
  sum_key,
  SUM(this_amount) AS this_total,
  SUM(other_amount) AS other_total
FROM (
  SELECT
    @by AS sum_key,
    COALESCE(@column, 0)::DECIMAL(38, 2) AS this_amount,
    0::DECIMAL(38, 2) AS other_amount
  FROM @this_model
  WHERE
    @condition
  UNION ALL
  SELECT
    @other_by AS sum_key,
    0::DECIMAL(38, 2) AS this_amount,
    COALESCE(@other_column, 0)::DECIMAL(38, 2) AS other_amount
  FROM @other_table
  WHERE
    @other_condition
) AS both_sides
GROUP BY
  sum_key
HAVING
  ABS(SUM(this_amount) - SUM(other_amount)) > @tolerance + @tolerance_share * ABS(SUM(other_amount))
