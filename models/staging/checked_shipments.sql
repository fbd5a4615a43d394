MODEL (
  name staging.checked_shipments,
  kind VIEW,
  owner data_team,
  cron '@weekly',
  tags (staging, quarantine),
  grain shipment_id,
  audits (
    same_row_count(table_name := raw.shipments)
  ),
  description 'Every raw shipment with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.shipments. Answers: which shipments does staging refuse, and why?',
  column_descriptions (
    shipment_id = 'The shop''s id of the shipment',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the order, which stays while the parcel is shipped and delivered; for a shipment of an unknown order the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it: of its order; of a shipment of an unknown order that of its last update'
  )
);

WITH parcels AS (
  SELECT
    shipments.shipment_id,
    shipments.shipped_at,
    shipments.promised_at,
    shipments.delivered_at,
    shipments._loaded_at,
    orders.rejection_reasons IS NULL AS has_good_order,
    orders.event_date,
    orders.event_time
  FROM raw.shipments AS shipments
  INNER JOIN staging.checked_orders AS orders
    ON shipments.order_id = orders.order_id
  UNION ALL
  SELECT
    shipments.shipment_id,
    shipments.shipped_at,
    shipments.promised_at,
    shipments.delivered_at,
    shipments._loaded_at,
    FALSE AS has_good_order,
    @event_day(shipments.updated_at, shipments._loaded_at) AS event_date,
    shipments.updated_at AS event_time
  FROM raw.shipments AS shipments
  WHERE
    NOT EXISTS(
      SELECT
        1
      FROM raw.orders AS orders
      WHERE
        orders.order_id = shipments.order_id
    )
)
/* Apart, so that whoever asks for some days reads the shipments of their orders only. */
SELECT
  shipment_id,
  @rejection_reasons(
    'order is unknown or was refused',
    NOT has_good_order,
    'shipped_at is too early or in the future',
    NOT @is_plausible_time(shipped_at, _loaded_at),
    'promised_at is too early',
    @is_too_early(promised_at),
    'delivered_at is too early or in the future',
    NOT @is_plausible_time(delivered_at, _loaded_at),
    'delivered before it was shipped',
    delivered_at < shipped_at
  ) AS rejection_reasons,
  event_date,
  event_time
FROM parcels
