AUDIT (
  name no_gaps
);

WITH neighbours AS (
  SELECT
    @column AS this_day,
    LAG(@column) OVER (ORDER BY @column) AS day_before
  FROM @this_model
)
SELECT
  day_before,
  this_day
FROM neighbours
WHERE
  DATE_DIFF('DAY', day_before, this_day) <> 1
