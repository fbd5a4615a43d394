MODEL (
  name marts.mart_operations,
  kind FULL,
  owner operations_team,
  cron '@daily',
  tags (mart, executive),
  grain (date_day, region),
  audits (
    sums_agree(
      "column" := orders,
      other_table := intermediate.int_delivery_days,
      other_column := order_count,
      other_condition := order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    ),
    sums_agree(
      "column" := reviews,
      other_table := intermediate.int_delivery_feedback_days,
      other_column := review_count,
      other_condition := event_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'How orders were delivered, came back and were rated, on the day of the order: the last days still change. Every rate is a quotient of two counts of the row, so that longer periods and all regions are made from the sums of the counts. One row per day and region with an order. Answers: how long does delivery take, does it keep its promise, how many orders arrive and come back, how satisfied are customers, and where?',
  column_descriptions (
    date_day = 'Day of the order',
    region = 'Region the orders go to; unknown where nothing says',
    orders = 'Orders, cancelled ones too',
    cancelled_orders = 'Orders cancelled',
    open_orders = 'Orders neither cancelled nor fulfilled yet',
    fulfilled_orders = 'Orders of which all parcels arrived',
    arrived_orders = 'Orders whose days of delivery are known',
    judged_orders = 'Orders that arrived and had a time promised',
    on_time_orders = 'Of these, orders that arrived in time',
    returned_orders = 'Orders of which something came back by now',
    reviews = 'Reviews of these orders by now',
    total_delivery_days = 'Days of delivery of the orders that arrived, summed up',
    total_rating = 'Stars of the reviews, summed up',
    delivery_days = 'Mean days from the order to its last parcel; null without a source of shipments',
    on_time_rate = 'Orders in time as a share of those that arrived and had a time promised, 0 to 1',
    fulfilment_rate = 'Orders of which all parcels arrived as a share of those not cancelled, 0 to 1',
    return_rate = 'Orders of which something came back as a share of those not cancelled, 0 to 1; null without a source of returns',
    satisfaction = 'Mean stars, 1 to 5; null without reviews'
  )
);

WITH feedback AS (
  SELECT
    feedback.order_date,
    feedback.region,
    SUM(feedback.returned_order_count) AS returned_orders,
    SUM(feedback.review_count) AS reviews,
    SUM(feedback.rating_sum) AS total_rating
  FROM intermediate.int_delivery_feedback_days AS feedback
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    feedback.event_date < as_of.as_of_date
  GROUP BY
    feedback.order_date,
    feedback.region
), sources AS (
  SELECT
    COALESCE(SUM(return_count), 0) AS return_count
  FROM intermediate.int_delivery_feedback_days
)
SELECT
  days.order_date::DATE AS date_day,
  days.region::TEXT AS region,
  days.order_count::BIGINT AS orders,
  days.cancelled_order_count::BIGINT AS cancelled_orders,
  (
    days.order_count - days.cancelled_order_count - days.fulfilled_order_count
  )::BIGINT AS open_orders,
  days.fulfilled_order_count::BIGINT AS fulfilled_orders,
  days.arrived_order_count::BIGINT AS arrived_orders,
  days.judged_order_count::BIGINT AS judged_orders,
  days.on_time_order_count::BIGINT AS on_time_orders,
  COALESCE(feedback.returned_orders, 0)::BIGINT AS returned_orders,
  COALESCE(feedback.reviews, 0)::BIGINT AS reviews,
  days.delivery_day_count::BIGINT AS total_delivery_days,
  COALESCE(feedback.total_rating, 0)::BIGINT AS total_rating,
  @safe_divide(days.delivery_day_count, days.arrived_order_count)::DOUBLE AS delivery_days,
  @safe_divide(days.on_time_order_count, days.judged_order_count)::DOUBLE AS on_time_rate,
  @safe_divide(days.fulfilled_order_count, days.order_count - days.cancelled_order_count)::DOUBLE AS fulfilment_rate,
  CASE
    WHEN sources.return_count > 0
    THEN @safe_divide(COALESCE(feedback.returned_orders, 0), days.order_count - days.cancelled_order_count)
  END::DOUBLE AS return_rate,
  @safe_divide(feedback.total_rating, feedback.reviews)::DOUBLE AS satisfaction
FROM intermediate.int_delivery_days AS days
CROSS JOIN intermediate.int_as_of AS as_of
CROSS JOIN sources
LEFT JOIN feedback
  ON days.order_date = feedback.order_date AND days.region = feedback.region
WHERE
  days.order_date < as_of.as_of_date
