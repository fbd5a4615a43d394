MODEL (
  name staging.stg_payments,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (paid_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain payment_id,
  references (
    order_id
  ),
  audits (
    not_null(columns := (payment_id, order_id, paid_date)),
    unique_values(columns := (
      payment_id
    )),
    rows_conserved(checked_model := staging.checked_payments),
    rejected_share_below(checked_model := staging.checked_payments)
  ),
  description 'Payments of the orders that count. One row per payment. Answers: what money came in, when and how?',
  column_descriptions (
    payment_id = 'The shop''s id of the payment',
    order_id = 'The shop''s id of the order',
    payment_method = 'How the customer paid',
    payment_status = 'What the payment provider says of it',
    amount = 'Amount paid',
    is_captured = 'The money came in and stayed: captured, or the shop does not say',
    paid_date = 'Day of the payment in the business time zone',
    paid_at = 'When it was paid, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(payment_id, paid_date, staging.checked_payments);

SELECT
  payments.payment_id::TEXT AS payment_id,
  payments.order_id::TEXT AS order_id,
  NULLIF(LOWER(TRIM(payments.payment_method)), '')::TEXT AS payment_method,
  NULLIF(LOWER(TRIM(payments.payment_status)), '')::TEXT AS payment_status,
  payments.amount::DECIMAL(18, 2) AS amount,
  COALESCE(NULLIF(LOWER(TRIM(payments.payment_status)), '') IN @captured_payment_statuses, TRUE)::BOOLEAN AS is_captured,
  checked.event_date::DATE AS paid_date,
  payments.paid_at::TIMESTAMP AS paid_at,
  payments.updated_at::TIMESTAMP AS updated_at
FROM raw.payments AS payments
INNER JOIN staging.checked_payments AS checked
  ON payments.payment_id = checked.payment_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
