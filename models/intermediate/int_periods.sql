MODEL (
  name intermediate.@table_name,
  kind FULL,
  blueprints (
    (
      table_name := int_weeks,
      period := week,
      period_length := INTERVAL '7' DAY,
      year_before := INTERVAL '364' DAY
    ),
    (
      table_name := int_months,
      period := month,
      period_length := INTERVAL '1' MONTH,
      year_before := INTERVAL '12' MONTH
    ),
    (
      table_name := int_quarters,
      period := quarter,
      period_length := INTERVAL '3' MONTH,
      year_before := INTERVAL '12' MONTH
    ),
    (
      table_name := int_years,
      period := year,
      period_length := INTERVAL '12' MONTH,
      year_before := INTERVAL '12' MONTH
    )
  ),
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain period_start,
  audits (
    not_null(columns := (period_start, period_end, period_name)),
    unique_values(columns := (
      period_start
    )),
    no_gaps("column" := period_start, step := @period_length)
  ),
  description 'The weeks, months, quarters or years that the calendar touches: one table each. One row per period. Answers: which periods are there even where nothing was sold, which of them are over, and which does each compare with?',
  column_descriptions (
    period_name = 'Name of the period that sorts by time, such as 2025-W07, 2025-02, 2025-Q1 or 2025',
    day_count = 'Days of the period',
    is_complete = 'The period was over by the as-of date',
    is_current_period = 'Holds the last complete day',
    is_future = 'Starts on the as-of date or later',
    period_start = 'First day of the period; weeks start on Monday',
    period_end = 'Last day of the period',
    prior_period_start = 'First day of the period before',
    prior_year_start = 'First day of the same period of the year before; 52 weeks before for a week',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH bounds AS (
  SELECT
    MIN(date_day) AS first_day,
    MAX(date_day) AS last_day,
    MAX(as_of_date) AS as_of_date
  FROM intermediate.int_dates
), starts AS (
  SELECT
    @time_spine(first_day, last_day, @period)::DATE AS period_start,
    as_of_date
  FROM bounds
), periods AS (
  SELECT
    period_start,
    (
      period_start + @period_length
    )::DATE AS next_start,
    as_of_date
  FROM starts
)
SELECT
  @period_name(period_start, @period)::TEXT AS period_name,
  DATE_DIFF('DAY', period_start, next_start)::INT AS day_count,
  (
    next_start <= as_of_date
  )::BOOLEAN AS is_complete,
  (
    period_start < as_of_date AND as_of_date <= next_start
  )::BOOLEAN AS is_current_period,
  (
    period_start >= as_of_date
  )::BOOLEAN AS is_future,
  period_start::DATE AS period_start,
  (
    next_start - 1
  )::DATE AS period_end,
  (
    period_start - @period_length
  )::DATE AS prior_period_start,
  (
    period_start - @year_before
  )::DATE AS prior_year_start,
  as_of_date::DATE AS as_of_date
FROM periods
