AUDIT (
  name dimensions_agree,
  defaults (
    "by" = order_date
  )
);

/* Every dimension divides the same whole: on each day its members add up to what stands under all. */
SELECT
  @by AS this_day,
  dimension,
  SUM(COALESCE(@column, 0)) AS total,
  MAX(whole) AS expected_total
FROM (
  SELECT
    *,
    SUM(CASE WHEN dimension = 'all' THEN COALESCE(@column, 0) ELSE 0 END) OVER (PARTITION BY @by) AS whole
  FROM @this_model
) AS days
GROUP BY
  @by,
  dimension
HAVING
  SUM(COALESCE(@column, 0)) <> MAX(whole)
