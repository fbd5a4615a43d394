MODEL (
  name staging.checked_reviews,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain review_id,
  audits (
    same_row_count(table_name := raw.reviews)
  ),
  description 'Every raw review with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.reviews. Answers: which reviews does staging refuse, and why?',
  column_descriptions (
    review_id = 'The shop''s id of the review',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of its last update or of loading; no earlier than the day of its order',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it: its own or that of its order'
  )
);

WITH dated AS (
  SELECT
    reviews.review_id,
    reviews.created_at,
    reviews._loaded_at,
    NOT orders.order_id IS NULL AND orders.rejection_reasons IS NULL AS has_good_order,
    @event_day(reviews.created_at, reviews.updated_at, reviews._loaded_at) AS event_date,
    reviews.created_at AS event_time
  FROM raw.reviews AS reviews
  LEFT JOIN staging.checked_orders AS orders
    ON reviews.order_id = orders.order_id
  WHERE
    orders.order_id IS NULL
    OR orders.event_date <= @event_day(reviews.created_at, reviews.updated_at, reviews._loaded_at)
  UNION ALL
  SELECT
    reviews.review_id,
    reviews.created_at,
    reviews._loaded_at,
    orders.rejection_reasons IS NULL AS has_good_order,
    orders.event_date,
    orders.event_time
  FROM raw.reviews AS reviews
  INNER JOIN staging.checked_orders AS orders
    ON reviews.order_id = orders.order_id
  WHERE
    orders.event_date > @event_day(reviews.created_at, reviews.updated_at, reviews._loaded_at)
)
/* Apart, so that whoever asks for some days reads the reviews of these days and those of their orders only. */
SELECT
  review_id,
  @rejection_reasons(
    'order is unknown or was refused',
    NOT has_good_order,
    'created_at is too early or in the future',
    NOT @is_plausible_time(created_at, _loaded_at)
  ) AS rejection_reasons,
  event_date,
  event_time
FROM dated
