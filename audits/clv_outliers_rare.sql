AUDIT (
  name clv_outliers_rare,
  defaults (
    max_share = 0.05
  )
);

/* Negative values, and values more than three standard deviations above the mean, stay rare. */
SELECT
  SUM(
    CASE
      WHEN scored.predicted_clv_12m < 0 OR scored.predicted_clv_12m > bounds.upper_bound
      THEN 1
      ELSE 0
    END
  ) AS outliers,
  COUNT(*) AS scored_customers
FROM @this_model AS scored
CROSS JOIN (
  SELECT
    AVG(predicted_clv_12m) + 3 * STDDEV_SAMP(predicted_clv_12m) AS upper_bound
  FROM @this_model
) AS bounds
WHERE
  NOT scored.predicted_clv_12m IS NULL
HAVING
  SUM(
    CASE
      WHEN scored.predicted_clv_12m < 0 OR scored.predicted_clv_12m > bounds.upper_bound
      THEN 1
      ELSE 0
    END
  ) > @max_share * COUNT(*)
