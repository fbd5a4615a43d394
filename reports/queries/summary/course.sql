-- Net revenue of the period and of those that it is judged by, the earliest first; a day is judged by the same weekdays.
WITH like_periods AS (
  SELECT value AS net_revenue, period_start AS first_day, period_end AS last_day
  FROM marts.mart_kpis
  WHERE metric = 'net_revenue'
    AND dimension = 'all'
    AND grain = ${params.period.kind}
    AND period_start <= ${params.period.start}::DATE
    AND (grain <> 'day' OR ISODOW(period_start) = ISODOW(${params.period.start}::DATE))
  ORDER BY period_start DESC
  LIMIT ${vars.kpi_z_periods} + 1
)
SELECT * FROM like_periods ORDER BY first_day
