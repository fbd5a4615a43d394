MODEL (
  name intermediate.int_as_of,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain as_of_date,
  audits (not_null(columns := (
      as_of_date
  )), row_count_is(row_count := 1)),
  description 'The day all marts speak of. One row. As-of date is the day after the last day with an order, never later than the day of execution; a shop whose data stopped is reported as of its data. Answers: as of when are the numbers?',
  column_descriptions (
    as_of_date = 'The day after the last complete day of orders: everything before it is known',
    first_order_date = 'Day of the first order',
    last_order_date = 'Day of the last order'
  )
);

WITH order_range AS (
  SELECT
    MIN(order_date) AS first_order_date,
    MAX(order_date) AS last_order_date
  FROM staging.stg_orders
)
SELECT
  COALESCE(LEAST((
    last_order_date + 1
  )::DATE, @business_date(@execution_ts)), @business_date(@execution_ts))::DATE AS as_of_date,
  first_order_date::DATE AS first_order_date,
  last_order_date::DATE AS last_order_date
FROM order_range
