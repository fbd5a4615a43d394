AUDIT (
  name outliers_rare,
  defaults (max_share = 0.05, deviations = 3, condition = TRUE)
);

/* Values further from the mean than some standard deviations, three if not said, stay rare. */
WITH known AS (
  SELECT
    (
      @column
    )::DOUBLE AS known_value
  FROM @this_model
  WHERE
    @AND(@condition, NOT @column IS NULL)
), bounds AS (
  SELECT
    AVG(known_value) AS mean_value,
    STDDEV_SAMP(known_value) AS deviation
  FROM known
)
SELECT
  SUM(
    CASE WHEN ABS(known.known_value - bounds.mean_value) > @deviations * bounds.deviation THEN 1 ELSE 0 END
  ) AS outlier_count,
  COUNT(*) AS value_count
FROM known
CROSS JOIN bounds
HAVING
  SUM(
    CASE WHEN ABS(known.known_value - bounds.mean_value) > @deviations * bounds.deviation THEN 1 ELSE 0 END
  ) > @max_share * COUNT(*)
