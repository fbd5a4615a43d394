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
      other_condition := EXISTS(
        SELECT
          1
        FROM intermediate.int_order_deliveries AS orders
        WHERE
          orders.order_id = stg_reviews.order_id
          AND @in_interval(GREATEST(stg_reviews.review_date, orders.order_date))
      )
    ),
    sums_agree(
      "column" := return_count,
      other_table := staging.stg_returns,
      other_column := 1,
      other_condition := EXISTS(
        SELECT
          1
        FROM intermediate.int_order_deliveries AS orders
        WHERE
          orders.order_id = stg_returns.order_id
          AND @in_interval(GREATEST(stg_returns.returned_date, orders.order_date))
      )
    )
  ),
  description 'What came back of orders, and what customers said of them, on the day on which it happened, which is no earlier than the day of the order. One row per day of the event, day of the order and region; so nothing that happens later changes a row. Answers: how many of the orders of a day came back, how were they rated, and when?',
  column_descriptions (
    region = 'Region the orders went to',
    return_count = 'Returns',
    returned_order_count = 'Orders of which something came back for the first time',
    review_count = 'Reviews, of orders and of products in them',
    rating_sum = 'Their stars, summed up',
    order_date = 'Day of the order in the business time zone',
    event_date = 'Day of the return or review in the business time zone, the day of the order where that is later'
  )
);

WITH touched AS (
  SELECT
    order_id
  FROM staging.stg_returns
  WHERE
    returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  UNION
  SELECT
    order_id
  FROM staging.stg_reviews
  WHERE
    review_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  UNION
  SELECT
    order_id
  FROM intermediate.int_order_deliveries
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
), orders AS (
  SELECT
    order_id,
    region,
    order_date
  FROM intermediate.int_order_deliveries
  WHERE
    order_date <= @end_ds::DATE AND order_id IN (
      SELECT
        order_id
      FROM touched
    )
), returned AS (
  SELECT
    orders.region,
    orders.order_date,
    GREATEST(returns.returned_date, orders.order_date) AS event_date,
    ROW_NUMBER() OVER (PARTITION BY orders.order_id ORDER BY returns.returned_date, returns.return_id) AS return_number
  FROM staging.stg_returns AS returns
  INNER JOIN orders
    ON returns.order_id = orders.order_id
  WHERE
    returns.returned_date <= @end_ds::DATE
), events AS (
  SELECT
    region,
    order_date,
    event_date,
    1 AS return_count,
    CASE WHEN return_number = 1 THEN 1 ELSE 0 END AS returned_order_count,
    0 AS review_count,
    0 AS rating
  FROM returned
  UNION ALL
  SELECT
    orders.region,
    orders.order_date,
    GREATEST(reviews.review_date, orders.order_date) AS event_date,
    0 AS return_count,
    0 AS returned_order_count,
    1 AS review_count,
    reviews.rating
  FROM staging.stg_reviews AS reviews
  INNER JOIN orders
    ON reviews.order_id = orders.order_id
  WHERE
    reviews.review_date <= @end_ds::DATE
)
SELECT
  region::TEXT AS region,
  SUM(return_count)::BIGINT AS return_count,
  SUM(returned_order_count)::BIGINT AS returned_order_count,
  SUM(review_count)::BIGINT AS review_count,
  SUM(rating)::BIGINT AS rating_sum,
  order_date::DATE AS order_date,
  event_date::DATE AS event_date
FROM events
WHERE
  event_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  region,
  order_date,
  event_date
