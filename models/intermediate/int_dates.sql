MODEL (
  name intermediate.int_dates,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain date_day,
  audits (
    not_null(columns := (date_day, year_number, fiscal_year)),
    unique_values(columns := (
      date_day
    )),
    no_gaps("column" := date_day)
  ),
  description 'The calendar, from the year of the first order to the end of the year after the as-of date. One row per day. Answers: to which week, month, fiscal quarter and season does a day belong, and which days does it compare with?',
  column_descriptions (
    date_day = 'The day',
    month_name = 'Name of the month',
    weekday_name = 'Name of the day of the week',
    executive_quarter = 'Fiscal quarter as boards write it, such as FY2026 Q3',
    business_season = 'holiday (November, December), post_holiday (January, February), summer (June to August), else regular',
    year_number = 'Calendar year',
    quarter_number = 'Calendar quarter, 1 to 4',
    month_number = 'Calendar month, 1 to 12',
    iso_year = 'Year of the ISO week',
    iso_week = 'ISO week, 1 to 53',
    iso_weekday = '1 Monday to 7 Sunday',
    day_of_year = 'Day of the year, from 1',
    fiscal_year = 'Year in which the fiscal year ends',
    fiscal_quarter = 'Fiscal quarter, 1 to 4',
    fiscal_month = 'Month of the fiscal year, 1 to 12',
    is_weekend = 'Saturday or Sunday',
    is_current_period = 'In the month of the last complete day',
    is_future = 'Not before the as-of date',
    week_start = 'Monday of the week',
    month_start = 'First day of the month',
    quarter_start = 'First day of the quarter',
    year_start = 'First day of the year',
    prior_period_date = 'The same weekday four weeks before',
    prior_year_date = 'The same day of the year before; 28 February for a leap day',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH bounds AS (
  SELECT
    as_of_date,
    DATE_TRUNC('YEAR', COALESCE(first_order_date, as_of_date))::DATE AS first_day,
    (
      (
        DATE_TRUNC('YEAR', as_of_date) + INTERVAL '2' YEARS
      )::DATE - 1
    )::DATE AS last_day
  FROM intermediate.int_as_of
), days AS (
  SELECT
    @time_spine(first_day, last_day, 'day')::DATE AS date_day,
    as_of_date
  FROM bounds
), fiscal AS (
  SELECT
    date_day,
    as_of_date,
    (
      date_day + INTERVAL '1' MONTH * (
        (
          13 - @fiscal_start_month
        ) % 12
      )
    )::DATE AS fiscal_day
  FROM days
)
SELECT
  date_day::DATE AS date_day,
  STRFTIME(date_day, '%B')::TEXT AS month_name,
  STRFTIME(date_day, '%A')::TEXT AS weekday_name,
  (
    'FY' || EXTRACT(YEAR FROM fiscal_day)::TEXT || ' Q' || EXTRACT(QUARTER FROM fiscal_day)::TEXT
  )::TEXT AS executive_quarter,
  CASE
    WHEN EXTRACT(MONTH FROM date_day) IN (11, 12)
    THEN 'holiday'
    WHEN EXTRACT(MONTH FROM date_day) IN (1, 2)
    THEN 'post_holiday'
    WHEN EXTRACT(MONTH FROM date_day) IN (6, 7, 8)
    THEN 'summer'
    ELSE 'regular'
  END::TEXT AS business_season,
  EXTRACT(YEAR FROM date_day)::INT AS year_number,
  EXTRACT(QUARTER FROM date_day)::INT AS quarter_number,
  EXTRACT(MONTH FROM date_day)::INT AS month_number,
  EXTRACT(YEAR FROM (
    DATE_TRUNC('WEEK', date_day)::DATE + 3
  )::DATE)::INT AS iso_year,
  EXTRACT(WEEK FROM date_day)::INT AS iso_week,
  @iso_weekday(date_day)::INT AS iso_weekday,
  (
    DATE_DIFF('DAY', DATE_TRUNC('YEAR', date_day)::DATE, date_day) + 1
  )::INT AS day_of_year,
  EXTRACT(YEAR FROM fiscal_day)::INT AS fiscal_year,
  EXTRACT(QUARTER FROM fiscal_day)::INT AS fiscal_quarter,
  EXTRACT(MONTH FROM fiscal_day)::INT AS fiscal_month,
  (
    @iso_weekday(date_day) >= 6
  )::BOOLEAN AS is_weekend,
  (
    DATE_TRUNC('MONTH', date_day)::DATE = DATE_TRUNC('MONTH', (
      as_of_date - 1
    )::DATE)::DATE
  )::BOOLEAN AS is_current_period,
  (
    date_day >= as_of_date
  )::BOOLEAN AS is_future,
  DATE_TRUNC('WEEK', date_day)::DATE AS week_start,
  DATE_TRUNC('MONTH', date_day)::DATE AS month_start,
  DATE_TRUNC('QUARTER', date_day)::DATE AS quarter_start,
  DATE_TRUNC('YEAR', date_day)::DATE AS year_start,
  (
    date_day - 28
  )::DATE AS prior_period_date,
  (
    date_day - INTERVAL '1' YEAR
  )::DATE AS prior_year_date,
  as_of_date::DATE AS as_of_date
FROM fiscal
