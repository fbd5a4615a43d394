MODEL (
  name intermediate.int_delivery_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner operations_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (order_date, region),
  audits (
    not_null(columns := (order_date, region, order_count)),
    unique_combination_of_columns(columns := (order_date, region)),
    forall(
      criteria := (
        cancelled_order_count + fulfilled_order_count <= order_count,
        on_time_order_count <= judged_order_count,
        judged_order_count <= arrived_order_count
      )
    ),
    sums_agree(
      "column" := order_count,
      other_table := intermediate.int_order_deliveries,
      other_column := 1,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'Orders and what became of their deliveries. One row per day of the order and region. The base of operations over time. Answers: how many of the orders of a day arrived, how fast and in time, and how many were cancelled?',
  column_descriptions (
    region = 'Region the orders go to',
    order_count = 'Orders, cancelled ones too',
    cancelled_order_count = 'Orders cancelled',
    fulfilled_order_count = 'Orders not cancelled of which all parcels arrived',
    arrived_order_count = 'Orders whose days of delivery are known',
    judged_order_count = 'Orders that arrived and had a time promised',
    on_time_order_count = 'Of these, orders that arrived in time',
    delivery_day_count = 'Days of delivery, summed up',
    order_date = 'Day of the order in the business time zone'
  )
);

SELECT
  region::TEXT AS region,
  COUNT(*)::BIGINT AS order_count,
  SUM(CASE WHEN is_cancelled THEN 1 ELSE 0 END)::BIGINT AS cancelled_order_count,
  SUM(CASE WHEN is_fulfilled THEN 1 ELSE 0 END)::BIGINT AS fulfilled_order_count,
  COUNT(delivery_days)::BIGINT AS arrived_order_count,
  COUNT(is_on_time)::BIGINT AS judged_order_count,
  SUM(CASE WHEN is_on_time THEN 1 ELSE 0 END)::BIGINT AS on_time_order_count,
  COALESCE(SUM(delivery_days), 0)::BIGINT AS delivery_day_count,
  order_date::DATE AS order_date
FROM intermediate.int_order_deliveries
WHERE
  order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  region,
  order_date
