MODEL (
  name staging.stg_shipments,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain shipment_id,
  references (
    order_id
  ),
  audits (
    not_null(columns := (shipment_id, order_id, order_date)),
    unique_values(columns := (
      shipment_id
    )),
    forall(criteria := (
      delivery_days >= 0
    )),
    rows_conserved(checked_model := staging.checked_shipments),
    rejected_share_below(checked_model := staging.checked_shipments)
  ),
  description 'Parcels of the orders that count. One row per parcel, kept on the day of its order: that day stays while the parcel is shipped and delivered. Answers: how long do deliveries take, and do they keep what was promised?',
  column_descriptions (
    shipment_id = 'The shop''s id of the shipment',
    order_id = 'The shop''s id of the order',
    carrier = 'Who carries the parcel',
    region = 'Region it goes to',
    delivery_days = 'Days from shipping to delivery as the shop counts days; null until both are known',
    is_shipped = 'The parcel left, or arrived',
    is_delivered = 'The parcel arrived',
    is_on_time = 'It arrived by the time promised; null until it arrives, or without a promise',
    order_date = 'Day of the order in the business time zone',
    shipped_date = 'Day it left in the business time zone',
    delivered_date = 'Day it arrived in the business time zone',
    shipped_at = 'When it left, UTC',
    promised_at = 'When it should arrive at the latest, UTC',
    delivered_at = 'When it arrived, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(shipment_id, order_date, staging.checked_shipments);

SELECT
  shipments.shipment_id::TEXT AS shipment_id,
  shipments.order_id::TEXT AS order_id,
  NULLIF(LOWER(TRIM(shipments.carrier)), '')::TEXT AS carrier,
  NULLIF(TRIM(shipments.region), '')::TEXT AS region,
  DATE_DIFF('DAY', @business_date(shipments.shipped_at), @business_date(shipments.delivered_at))::BIGINT AS delivery_days,
  (
    NOT COALESCE(shipments.shipped_at, shipments.delivered_at) IS NULL
  )::BOOLEAN AS is_shipped,
  (
    NOT shipments.delivered_at IS NULL
  )::BOOLEAN AS is_delivered,
  (
    shipments.delivered_at <= shipments.promised_at
  )::BOOLEAN AS is_on_time,
  checked.event_date::DATE AS order_date,
  @business_date(shipments.shipped_at)::DATE AS shipped_date,
  @business_date(shipments.delivered_at)::DATE AS delivered_date,
  shipments.shipped_at::TIMESTAMP AS shipped_at,
  shipments.promised_at::TIMESTAMP AS promised_at,
  shipments.delivered_at::TIMESTAMP AS delivered_at,
  shipments.updated_at::TIMESTAMP AS updated_at
FROM raw.shipments AS shipments
INNER JOIN staging.checked_shipments AS checked
  ON shipments.shipment_id = checked.shipment_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
