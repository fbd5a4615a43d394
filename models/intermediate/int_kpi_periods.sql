MODEL (
  name intermediate.int_kpi_periods,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (grain, period_start),
  audits (
    not_null(columns := (grain, period_start, period_end, prior_period_start, prior_year_start)),
    unique_combination_of_columns(columns := (grain, period_start))
  ),
  description 'The days, weeks, months, quarters and years that numbers are told of, with those that they are compared with. One row per length of period and period, from the one of the first order to the one of the last complete day. Answers: which periods are there, and what does each compare with?',
  column_descriptions (
    grain = 'Length of the period: day, week, month, quarter or year',
    weekday = 'Days are compared with days of the same weekday, 1 Monday to 7 Sunday; 0 for longer periods',
    period_start = 'First day of the period',
    period_end = 'Last day of the period',
    prior_period_start = 'First day of the period before; the same weekday four weeks before for a day',
    prior_year_start = 'First day of the same period of the year before, see intermediate.int_dates and int_weeks'
  )
);

WITH periods AS (
  SELECT
    'day' AS grain,
    iso_weekday AS weekday,
    date_day AS period_start,
    date_day AS period_end,
    prior_period_date AS prior_period_start,
    prior_year_date AS prior_year_start
  FROM intermediate.int_dates
  UNION ALL
  SELECT
    'week' AS grain,
    0 AS weekday,
    period_start,
    period_end,
    prior_period_start,
    prior_year_start
  FROM intermediate.int_weeks
  UNION ALL
  SELECT
    'month' AS grain,
    0 AS weekday,
    period_start,
    period_end,
    prior_period_start,
    prior_year_start
  FROM intermediate.int_months
  UNION ALL
  SELECT
    'quarter' AS grain,
    0 AS weekday,
    period_start,
    period_end,
    prior_period_start,
    prior_year_start
  FROM intermediate.int_quarters
  UNION ALL
  SELECT
    'year' AS grain,
    0 AS weekday,
    period_start,
    period_end,
    prior_period_start,
    prior_year_start
  FROM intermediate.int_years
)
SELECT
  periods.grain::TEXT AS grain,
  periods.weekday::INT AS weekday,
  periods.period_start::DATE AS period_start,
  periods.period_end::DATE AS period_end,
  periods.prior_period_start::DATE AS prior_period_start,
  periods.prior_year_start::DATE AS prior_year_start
FROM periods
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  periods.period_end >= as_of.first_order_date AND periods.period_start < as_of.as_of_date
