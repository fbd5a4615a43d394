MODEL (
  name staging.checked_shipments,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain shipment_id,
  audits (
    same_row_count(table_name := raw.shipments)
  ),
  description 'Every raw shipment with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.shipments. Answers: which shipments does staging refuse, and why?',
  column_descriptions (
    shipment_id = 'The shop''s id of the shipment',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the order, which stays while the parcel is shipped and delivered; for a shipment of an unknown order the day of its last update or of loading'
  )
);

SELECT
  shipments.shipment_id,
  @rejection_reasons(
    'order is unknown or was refused',
    orders.order_id IS NULL OR NOT orders.rejection_reasons IS NULL,
    'shipped_at is too early or in the future',
    NOT @is_plausible_time(shipments.shipped_at, shipments._loaded_at),
    'promised_at is too early',
    @is_too_early(shipments.promised_at),
    'delivered_at is too early or in the future',
    NOT @is_plausible_time(shipments.delivered_at, shipments._loaded_at),
    'delivered before it was shipped',
    shipments.delivered_at < shipments.shipped_at
  ) AS rejection_reasons,
  COALESCE(orders.event_date, @event_day(shipments.updated_at, shipments._loaded_at)) AS event_date
FROM raw.shipments AS shipments
LEFT JOIN staging.checked_orders AS orders
  ON shipments.order_id = orders.order_id
