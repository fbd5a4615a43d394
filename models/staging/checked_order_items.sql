MODEL (
  name staging.checked_order_items,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain (order_id, line_number),
  audits (
    same_row_count(table_name := raw.order_items)
  ),
  description 'Every raw order line with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.order_items. Answers: which order lines does staging refuse, and why?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    line_number = 'Line within the order, from 1',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the order; for a line of an unknown order the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it: of its order; of a line of an unknown order that of its last update'
  )
);

WITH lines AS (
  SELECT
    order_items.order_id,
    order_items.line_number,
    order_items.quantity,
    order_items.unit_price,
    orders.rejection_reasons IS NULL AS has_good_order,
    orders.event_date,
    orders.event_time
  FROM raw.order_items AS order_items
  INNER JOIN staging.checked_orders AS orders
    ON order_items.order_id = orders.order_id
  UNION ALL
  SELECT
    order_items.order_id,
    order_items.line_number,
    order_items.quantity,
    order_items.unit_price,
    FALSE AS has_good_order,
    @event_day(order_items.updated_at, order_items._loaded_at) AS event_date,
    order_items.updated_at AS event_time
  FROM raw.order_items AS order_items
  WHERE
    NOT EXISTS(
      SELECT
        1
      FROM raw.orders AS orders
      WHERE
        orders.order_id = order_items.order_id
    )
)
/* Apart, so that whoever asks for some days reads the lines of their orders only. */
SELECT
  order_id,
  line_number,
  @rejection_reasons(
    'order is unknown or was refused',
    NOT has_good_order,
    'quantity is not positive',
    quantity <= 0,
    'unit price is negative',
    unit_price < 0
  ) AS rejection_reasons,
  event_date,
  event_time
FROM lines
