MODEL (
  name intermediate.int_delivery_feedback_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (event_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner operations_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (event_date, order_date, region),
  audits (
    not_null(columns := (event_date, order_date, region, returned_order_count, review_count)),
    unique_combination_of_columns(columns := (event_date, order_date, region)),
    forall(criteria := (rating_sum >= review_count, returned_order_count <= return_count)),
    sums_agree(
      "column" := review_count,
      other_table := staging.stg_reviews,
      other_column := 1,
      other_condition := @in_interval(review_date)
    ),
    sums_agree(
      "column" := return_count,
      other_table := staging.stg_returns,
      other_column := 1,
      other_condition := @in_interval(returned_date)
    )
  ),
  description 'What came back of orders, and what customers said of them, on the day on which it happened. One row per day of the event, day of the order and region; so nothing that happens later changes a row. Answers: how many of the orders of a day came back, how were they rated, and when?',
  column_descriptions (
    region = 'Region the orders went to',
    return_count = 'Returns',
    returned_order_count = 'Orders of which something came back for the first time',
    review_count = 'Reviews, of orders and of products in them',
    rating_sum = 'Their stars, summed up',
    order_date = 'Day of the order in the business time zone',
    event_date = 'Day of the return or review in the business time zone'
  )
);

WITH first_returns AS (
  SELECT
    order_id,
    MIN(returned_date) AS first_returned_date
  FROM staging.stg_returns
  WHERE
    returned_date <= @end_ds::DATE
    AND order_id IN (
      SELECT
        order_id
      FROM staging.stg_returns
      WHERE
        returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
    )
  GROUP BY
    order_id
), events AS (
  SELECT
    order_id,
    returned_date AS event_date,
    1 AS return_count,
    0 AS returned_order_count,
    0 AS review_count,
    0 AS rating
  FROM staging.stg_returns
  WHERE
    returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  UNION ALL
  SELECT
    order_id,
    first_returned_date AS event_date,
    0 AS return_count,
    1 AS returned_order_count,
    0 AS review_count,
    0 AS rating
  FROM first_returns
  WHERE
    first_returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  UNION ALL
  SELECT
    order_id,
    review_date AS event_date,
    0 AS return_count,
    0 AS returned_order_count,
    1 AS review_count,
    rating
  FROM staging.stg_reviews
  WHERE
    review_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  orders.region::TEXT AS region,
  SUM(events.return_count)::BIGINT AS return_count,
  SUM(events.returned_order_count)::BIGINT AS returned_order_count,
  SUM(events.review_count)::BIGINT AS review_count,
  SUM(events.rating)::BIGINT AS rating_sum,
  orders.order_date::DATE AS order_date,
  events.event_date::DATE AS event_date
FROM events
INNER JOIN intermediate.int_order_deliveries AS orders
  ON events.order_id = orders.order_id
GROUP BY
  orders.region,
  orders.order_date,
  events.event_date
