MODEL (
  name staging.checked_orders,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain order_id,
  audits (
    same_row_count(table_name := raw.orders)
  ),
  description 'Every raw order with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.orders. Answers: which orders does staging refuse, and why?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  orders.order_id,
  @rejection_reasons(
    'customer is unknown or was refused',
    orders.customer_id <> @guest_customer_id
    AND (
      customers.customer_id IS NULL OR NOT customers.rejection_reasons IS NULL
    ),
    'amount is negative',
    orders.order_amount < 0,
    'amount of a sale is zero',
    orders.order_amount = 0 AND NOT orders.order_status IN ('cancelled', 'refunded'),
    'discount is negative or larger than the goods',
    orders.discount_amount < 0 OR orders.discount_amount > GREATEST(orders.order_amount, 0),
    'ordered_at is too early or in the future',
    NOT @is_plausible_time(orders.ordered_at, orders._loaded_at)
  ) AS rejection_reasons,
  @event_day(orders.ordered_at, orders.updated_at, orders._loaded_at) AS event_date,
  orders.ordered_at AS event_time
FROM raw.orders AS orders
LEFT JOIN staging.checked_customers AS customers
  ON orders.customer_id = customers.customer_id
