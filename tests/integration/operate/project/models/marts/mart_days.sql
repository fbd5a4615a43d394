MODEL (
  name marts.mart_days,
  kind VIEW,
  grain (day),
  audits (not_null_non_blocking(columns := (region)))
);

SELECT d.day, d.sales, d.amount, r.region
FROM intermediate.int_days AS d
LEFT JOIN marts.regions AS r ON r.day_of_week = DAYOFWEEK(d.day)
