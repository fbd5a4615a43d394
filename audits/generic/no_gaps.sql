AUDIT (
  name no_gaps,
  defaults (by = TRUE, step = INTERVAL '1' DAY)
);

/* Each day of a key, or start of a period of another length, occurs once and follows the one before. */
WITH neighbours AS (
  SELECT
    @column AS this_day,
    LAG(@column) OVER (PARTITION BY @EACH(@by, c -> c) ORDER BY @column) AS day_before
  FROM @this_model
)
SELECT
  day_before,
  this_day
FROM neighbours
WHERE
  this_day <> (
    day_before + @step
  )::DATE
