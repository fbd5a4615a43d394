AUDIT (
  name monotonic,
  defaults (by = TRUE, falling = FALSE, strictly = FALSE, condition = TRUE)
);

/* In a given order values never fall, or never rise where `falling`; where `strictly`, none repeats. */
WITH neighbours AS (
  SELECT
    @EACH(@by, c -> c),
    @order_by AS place,
    LAG(@column) OVER (PARTITION BY @EACH(@by, c -> c) ORDER BY @order_by) AS value_before,
    @column AS this_value
  FROM @this_model
  WHERE
    @AND(@condition, NOT @column IS NULL)
)
SELECT
  *
FROM neighbours
WHERE
  (
    NOT @falling AND this_value < value_before
  )
  OR (
    @falling AND this_value > value_before
  )
  OR (
    @strictly AND this_value = value_before
  )
