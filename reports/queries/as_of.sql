-- The day after the last one that is reported.
SELECT MAX(as_of_date) AS as_of_date, MIN(date_day) AS first_day
FROM marts.mart_executive_financial_summary
HAVING COUNT(*) > 0
