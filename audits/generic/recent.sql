AUDIT (
  name recent,
  defaults (by = TRUE, max_days = 1, condition = TRUE)
);

/* The latest day of each key is at most so many days before the as-of date, 1 being the last complete day; the clock
is not asked. For models that are built whole: an incremental one shows an audit only the days it processes. */
WITH latest AS (
  SELECT DISTINCT
    @EACH(@by, c -> c),
    (
      MAX(@column) OVER (PARTITION BY @EACH(@by, c -> c))
    )::DATE AS latest_day
  FROM @this_model
  WHERE
    @condition
)
SELECT
  latest.*
FROM latest
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  latest.latest_day < (
    as_of.as_of_date - @max_days
  )::DATE
