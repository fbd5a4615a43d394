MODEL (
  name marts.dim_dates,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, core),
  grain date_day,
  audits (
    not_null(columns := (
      date_day
    )),
    unique_values(columns := (
      date_day
    )),
    same_row_count(table_name := intermediate.int_dates)
  ),
  description 'The calendar of the shop. One row per day, from the year of the first order to the end of the year after the as-of date. Answers: how do days roll up to weeks, months, fiscal quarters and seasons, and what do they compare with?',
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

SELECT
  date_day,
  month_name,
  weekday_name,
  executive_quarter,
  business_season,
  year_number,
  quarter_number,
  month_number,
  iso_year,
  iso_week,
  iso_weekday,
  day_of_year,
  fiscal_year,
  fiscal_quarter,
  fiscal_month,
  is_weekend,
  is_current_period,
  is_future,
  week_start,
  month_start,
  quarter_start,
  year_start,
  prior_period_date,
  prior_year_date,
  as_of_date
FROM intermediate.int_dates
