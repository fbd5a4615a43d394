MODEL (
  name quality.rejected_rows,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    quality
  ),
  grain (event_date, stream, row_key, reason, rejected_by),
  audits (
    not_null(columns := (stream, reason, event_date)),
    unique_combination_of_columns(columns := (event_date, stream, row_key, reason, rejected_by)),
    accepted_values("column" := rejected_by, is_in := ('staging', 'contract'))
  ),
  description 'Rows that did not enter the models, with the reason. One row per day, key and reason, several reasons of staging joined by semicolons: the contract refuses at loading what has not the agreed form, staging what breaks a business rule. Never with the content of the row. Answers: what was refused, why, and is it getting worse?',
  column_descriptions (
    stream = 'Raw table the row was meant for',
    row_key = 'The row''s key, parts joined by slashes; empty where it has none',
    reason = 'Why it was refused',
    rejected_by = 'contract (at loading) or staging (business rule)',
    row_count = 'Rows refused; more than one where versions of a row, or rows without a key, were refused alike',
    event_date = 'Day the row counts for; for the contract the day it was refused'
  )
);

WITH refused_rows AS (
  SELECT
    'customers' AS stream,
    customer_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_customers
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'categories' AS stream,
    category_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_categories
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'products' AS stream,
    product_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_products
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'orders' AS stream,
    order_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_orders
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'order_items' AS stream,
    CONCAT(order_id, '/', line_number::TEXT) AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_order_items
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'payments' AS stream,
    payment_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_payments
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    'returns' AS stream,
    return_id AS row_key,
    rejection_reasons AS reason,
    'staging' AS rejected_by,
    event_date
  FROM staging.checked_returns
  WHERE
    NOT rejection_reasons IS NULL
  UNION ALL
  SELECT
    stream,
    COALESCE(row_key, '') AS row_key,
    reason,
    'contract' AS rejected_by,
    @business_date(rejected_at) AS event_date
  FROM raw.rejected_rows
)
SELECT
  stream::TEXT AS stream,
  row_key::TEXT AS row_key,
  reason::TEXT AS reason,
  rejected_by::TEXT AS rejected_by,
  COUNT(*)::BIGINT AS row_count,
  event_date::DATE AS event_date
FROM refused_rows
GROUP BY
  stream,
  row_key,
  reason,
  rejected_by,
  event_date
