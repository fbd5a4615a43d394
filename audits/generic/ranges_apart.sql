AUDIT (
  name ranges_apart,
  defaults (by = TRUE, gaps_allowed = TRUE, condition = TRUE)
);

/* The ranges of a key do not overlap. A range ends before its end, and never where that is NULL, as those of history
tables do; where gaps are not allowed, the next one starts where it ends. */
WITH ranges AS (
  SELECT
    @EACH(@by, c -> c),
    @start_column AS range_start,
    @end_column AS range_end,
    LEAD(@start_column) OVER (PARTITION BY @EACH(@by, c -> c) ORDER BY @start_column, @end_column) AS next_start
  FROM @this_model
  WHERE
    @condition
)
SELECT
  *
FROM ranges
WHERE
  range_start IS NULL
  OR range_end < range_start
  OR next_start < range_end
  OR (
    range_end IS NULL AND NOT next_start IS NULL
  )
  OR (
    NOT @gaps_allowed AND next_start > range_end
  )
