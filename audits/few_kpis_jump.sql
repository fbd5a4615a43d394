AUDIT (
  name few_kpis_jump
);

/* Of the sums of the last seven days and the seven before, no more than a few differ by much, in a shop with enough
orders a week to tell it from chance: that many at once is more often a broken source than a good week. */
WITH days AS (
  SELECT
    *,
    @kpi_jump_share AS jump_share,
    DATE_DIFF('DAY', date_day, MAX(date_day) OVER ()) AS days_back
  FROM @this_model
), sums AS (
  SELECT
    SUM(CASE WHEN days_back >= 7 THEN orders ELSE 0 END) AS orders_before,
    @REDUCE(
      @EACH(
        @columns,
        c -> CASE
          WHEN ABS(SUM(CASE WHEN days_back < 7 THEN c ELSE 0 END) - SUM(CASE WHEN days_back >= 7 THEN c ELSE 0 END)) > MAX(jump_share) * ABS(SUM(CASE WHEN days_back >= 7 THEN c ELSE 0 END))
          THEN 1
          ELSE 0
        END
      ),
      (l, r) -> l + r
    ) AS jumps
  FROM days
  WHERE
    days_back < 14
  HAVING
    MAX(days_back) = 13
)
SELECT
  jumps,
  orders_before
FROM sums
WHERE
  jumps > @max_kpi_jumps AND orders_before >= @min_weekly_orders_for_kpi_jumps
