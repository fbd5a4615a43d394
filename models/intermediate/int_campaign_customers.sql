MODEL (
  name intermediate.int_campaign_customers,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (touched_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner marketing_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (campaign_id, customer_id, touched_date),
  references (campaign_id, customer_id),
  audits (
    not_null(columns := (campaign_id, customer_id, touched_date)),
    unique_combination_of_columns(columns := (campaign_id, customer_id, touched_date)),
    forall(
      criteria := (NOT is_opened OR NOT is_holdout, is_assigned OR is_contacted OR is_opened OR is_clicked)
    )
  ),
  description 'How far a campaign got with a customer, and on which day for the first time. Who is contacted without an assignment on record counts as assigned then; who opened or clicked was contacted, who clicked opened. One row per campaign, customer and day on which the customer got further. Answers: who was assigned to a campaign or held out of it, and who was contacted, opened and clicked since when?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    customer_id = 'The shop''s id of the customer',
    is_holdout = 'The customer was held out to compare with',
    is_assigned = 'First day of the campaign for this customer; once for each',
    is_contacted = 'First day on which something was sent, opened or clicked; once for each customer contacted',
    is_opened = 'First day on which the customer opened or clicked; once for each who did',
    is_clicked = 'First day on which the customer clicked; once for each who did',
    touched_date = 'The day in the business time zone'
  )
);

WITH customers_of_interval AS (
  SELECT DISTINCT
    campaign_id,
    customer_id
  FROM staging.stg_campaign_touches
  WHERE
    touched_date BETWEEN @start_ds::DATE AND @end_ds::DATE
), customer_days AS (
  SELECT
    touches.campaign_id,
    touches.customer_id,
    touches.touched_date,
    MAX(CASE WHEN touches.is_holdout THEN 1 ELSE 0 END) AS holdout_count,
    MIN(CASE WHEN touches.touch_type <> 'assigned' THEN touches.touched_date END) AS contacted_date,
    MIN(CASE WHEN touches.touch_type IN ('opened', 'clicked') THEN touches.touched_date END) AS opened_date,
    MIN(CASE WHEN touches.touch_type = 'clicked' THEN touches.touched_date END) AS clicked_date
  FROM staging.stg_campaign_touches AS touches
  INNER JOIN customers_of_interval AS customers
    ON touches.campaign_id = customers.campaign_id AND touches.customer_id = customers.customer_id
  WHERE
    touches.touched_date <= @end_ds::DATE
  GROUP BY
    touches.campaign_id,
    touches.customer_id,
    touches.touched_date
), first_days AS (
  SELECT
    campaign_id,
    customer_id,
    touched_date,
    MAX(holdout_count) OVER (PARTITION BY campaign_id, customer_id) AS holdout_count,
    MIN(touched_date) OVER (PARTITION BY campaign_id, customer_id) AS assigned_date,
    MIN(contacted_date) OVER (PARTITION BY campaign_id, customer_id) AS contacted_date,
    MIN(opened_date) OVER (PARTITION BY campaign_id, customer_id) AS opened_date,
    MIN(clicked_date) OVER (PARTITION BY campaign_id, customer_id) AS clicked_date
  FROM customer_days
)
SELECT
  campaign_id::TEXT AS campaign_id,
  customer_id::TEXT AS customer_id,
  (
    holdout_count = 1
  )::BOOLEAN AS is_holdout,
  (
    touched_date = assigned_date
  )::BOOLEAN AS is_assigned,
  COALESCE(touched_date = contacted_date, FALSE)::BOOLEAN AS is_contacted,
  COALESCE(touched_date = opened_date, FALSE)::BOOLEAN AS is_opened,
  COALESCE(touched_date = clicked_date, FALSE)::BOOLEAN AS is_clicked,
  touched_date::DATE AS touched_date
FROM first_days
WHERE
  touched_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  AND (
    touched_date = assigned_date
    OR touched_date = contacted_date
    OR touched_date = opened_date
    OR touched_date = clicked_date
  )
