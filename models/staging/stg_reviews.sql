MODEL (
  name staging.stg_reviews,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (review_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain review_id,
  references (order_id, product_id),
  audits (
    not_null(columns := (review_id, order_id, rating, review_date)),
    unique_values(columns := (
      review_id
    )),
    accepted_range("column" := rating, min_v := 1, max_v := 5),
    rows_conserved(checked_model := staging.checked_reviews),
    rejected_share_below(checked_model := staging.checked_reviews)
  ),
  description 'What customers think of the orders that count. One row per review, of an order or of a product of it. Answers: how satisfied are customers, and with what?',
  column_descriptions (
    review_id = 'The shop''s id of the review',
    order_id = 'The shop''s id of the order',
    product_id = 'The shop''s id of the product; null for a review of the order as a whole',
    rating = 'Stars, from 1 to 5',
    review_date = 'Day of the review in the business time zone, no earlier than that of the order',
    created_at = 'When it was written, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(review_id, review_date, staging.checked_reviews);

SELECT
  reviews.review_id::TEXT AS review_id,
  reviews.order_id::TEXT AS order_id,
  NULLIF(TRIM(reviews.product_id), '')::TEXT AS product_id,
  reviews.rating::BIGINT AS rating,
  checked.event_date::DATE AS review_date,
  reviews.created_at::TIMESTAMP AS created_at,
  reviews.updated_at::TIMESTAMP AS updated_at
FROM raw.reviews AS reviews
INNER JOIN staging.checked_reviews AS checked
  ON reviews.review_id = checked.review_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
