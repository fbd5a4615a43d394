MODEL (
  name intermediate.int_days,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'), lookback 2),
  grain (day),
  audits (unique_values(columns := (day)))
);

SELECT day, COUNT(*)::BIGINT AS sales, SUM(amount)::DECIMAL(18, 2) AS amount
FROM staging.stg_sales
WHERE day BETWEEN @start_ds AND @end_ds
GROUP BY day
