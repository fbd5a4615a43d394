MODEL (
  name staging.checked_returns,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain return_id,
  audits (
    same_row_count(table_name := raw.returns)
  ),
  description 'Every raw return with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.returns. Answers: which returns does staging refuse, and why?',
  column_descriptions (
    return_id = 'The shop''s id of the return',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of its last update or of loading; no earlier than the day of its order',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it: its own or that of its order'
  )
);

WITH dated AS (
  SELECT
    returns.return_id,
    returns.refund_amount,
    returns.quantity,
    returns.returned_at,
    returns._loaded_at,
    NOT orders.order_id IS NULL AND orders.rejection_reasons IS NULL AS has_good_order,
    @event_day(returns.returned_at, returns.updated_at, returns._loaded_at) AS event_date,
    returns.returned_at AS event_time
  FROM raw.returns AS returns
  LEFT JOIN staging.checked_orders AS orders
    ON returns.order_id = orders.order_id
  WHERE
    orders.order_id IS NULL
    OR orders.event_date <= @event_day(returns.returned_at, returns.updated_at, returns._loaded_at)
  UNION ALL
  SELECT
    returns.return_id,
    returns.refund_amount,
    returns.quantity,
    returns.returned_at,
    returns._loaded_at,
    orders.rejection_reasons IS NULL AS has_good_order,
    orders.event_date,
    orders.event_time
  FROM raw.returns AS returns
  INNER JOIN staging.checked_orders AS orders
    ON returns.order_id = orders.order_id
  WHERE
    orders.event_date > @event_day(returns.returned_at, returns.updated_at, returns._loaded_at)
)
/* Apart, so that whoever asks for some days reads the returns of these days and those of their orders only. */
SELECT
  return_id,
  @rejection_reasons(
    'order is unknown or was refused',
    NOT has_good_order,
    'refund is negative',
    refund_amount < 0,
    'quantity is not positive',
    quantity <= 0,
    'returned_at is too early or in the future',
    NOT @is_plausible_time(returned_at, _loaded_at)
  ) AS rejection_reasons,
  event_date,
  event_time
FROM dated
