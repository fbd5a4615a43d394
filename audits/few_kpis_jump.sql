AUDIT (
  name few_kpis_jump
);

/* Of the sums of the last seven days and the seven before, no more than a few metrics differ by much, in a shop with
enough orders a week to tell it from chance: that many at once is more often a broken source than a good week. */
WITH days AS (
  SELECT
    metric,
    value,
    @kpi_jump_share AS jump_share,
    DATE_DIFF('DAY', period_start, as_of_date) - 1 AS days_back
  FROM @this_model
  WHERE
    grain = 'day' AND dimension = 'all' AND metric IN @metrics
), weeks AS (
  SELECT
    metric,
    jump_share,
    SUM(CASE WHEN days_back < 7 THEN value ELSE 0 END) AS value,
    SUM(CASE WHEN days_back >= 7 THEN value ELSE 0 END) AS prior_value
  FROM days
  WHERE
    days_back < 14
  GROUP BY
    metric,
    jump_share
  HAVING
    MAX(days_back) = 13
), jumps AS (
  SELECT
    SUM(CASE WHEN ABS(value - prior_value) > jump_share * ABS(prior_value) THEN 1 ELSE 0 END) AS jumps,
    MAX(CASE WHEN metric = 'orders' THEN prior_value END) AS orders_before
  FROM weeks
)
SELECT
  jumps,
  orders_before
FROM jumps
WHERE
  jumps > @max_kpi_jumps AND orders_before >= @min_weekly_orders_for_kpi_jumps
