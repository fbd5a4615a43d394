MODEL (
  name staging.checked_payments,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain payment_id,
  audits (
    same_row_count(table_name := raw.payments)
  ),
  description 'Every raw payment with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.payments. Answers: which payments does staging refuse, and why?',
  column_descriptions (
    payment_id = 'The shop''s id of the payment',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  payments.payment_id,
  @rejection_reasons(
    'order is unknown or was refused',
    orders.order_id IS NULL OR NOT orders.rejection_reasons IS NULL,
    'amount is negative',
    payments.amount < 0,
    'paid_at is too early or in the future',
    NOT @is_plausible_time(payments.paid_at, payments._loaded_at)
  ) AS rejection_reasons,
  @event_day(payments.paid_at, payments.updated_at, payments._loaded_at) AS event_date,
  payments.paid_at AS event_time
FROM raw.payments AS payments
LEFT JOIN staging.checked_orders AS orders
  ON payments.order_id = orders.order_id
