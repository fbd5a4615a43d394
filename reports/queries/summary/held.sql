-- The days of the period of which there are data.
SELECT
  COUNT(*) AS days,
  COUNT(*) > DATE_DIFF('day', ${params.period.start}::DATE, ${params.period.end}::DATE) AS is_whole
FROM marts.mart_executive_financial_summary
WHERE date_day BETWEEN ${params.period.start} AND ${params.period.end}
