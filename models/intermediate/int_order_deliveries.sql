MODEL (
  name intermediate.int_order_deliveries,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner operations_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain order_id,
  audits (
    not_null(columns := (order_id, region, is_cancelled, is_fulfilled, order_date)),
    unique_combination_of_columns(columns := (
      order_id
    )),
    accepted_range("column" := delivery_days, min_v := 0),
    same_row_count(table_name := staging.stg_orders, condition := @in_interval(order_date))
  ),
  description 'What became of the delivery of each order, all its parcels together. The region is that of the parcel, else the state, else the country of delivery. Orders without a parcel on record are fulfilled when the shop calls them delivered, or refunded as a whole: those are settled. One row per order, kept on the day of the order. Answers: did an order arrive as a whole, when, and in time?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    region = 'Region the order goes to; unknown where nothing says',
    parcel_count = 'Parcels announced',
    delivered_parcel_count = 'Parcels that arrived',
    delivery_days = 'Days from the order to its last parcel; null until all arrived',
    is_cancelled = 'The order was cancelled',
    is_fulfilled = 'All its parcels arrived, or none is on record and the order is delivered or refunded',
    is_on_time = 'All its parcels arrived by the time promised; null until all arrived, without a promise, or where they arrived before the order',
    order_date = 'Day of the order in the business time zone'
  )
);

@forget_moved(order_id, order_date, staging.stg_orders, order_date);

WITH parcels AS (
  SELECT
    order_id,
    MIN(region) AS region,
    COUNT(*) AS parcel_count,
    SUM(CASE WHEN is_delivered THEN 1 ELSE 0 END) AS delivered_parcel_count,
    COUNT(is_on_time) AS judged_parcel_count,
    SUM(CASE WHEN is_on_time THEN 1 ELSE 0 END) AS on_time_parcel_count,
    MAX(delivered_date) AS delivered_date
  FROM staging.stg_shipments
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    order_id
), deliveries AS (
  SELECT
    orders.order_id,
    COALESCE(parcels.region, orders.shipping_state, orders.shipping_country, 'unknown') AS region,
    COALESCE(parcels.parcel_count, 0) AS parcel_count,
    COALESCE(parcels.delivered_parcel_count, 0) AS delivered_parcel_count,
    parcels.judged_parcel_count,
    parcels.on_time_parcel_count,
    CASE
      WHEN parcels.delivered_parcel_count = parcels.parcel_count AND parcels.delivered_date >= orders.order_date
      THEN parcels.delivered_date
    END AS arrived_date,
    orders.order_status = 'cancelled' AS is_cancelled,
    COALESCE(
      parcels.delivered_parcel_count = parcels.parcel_count,
      orders.order_status IN ('delivered', 'refunded')
    ) AS is_complete,
    orders.order_date
  FROM staging.stg_orders AS orders
  LEFT JOIN parcels
    ON orders.order_id = parcels.order_id
  WHERE
    orders.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  order_id::TEXT AS order_id,
  region::TEXT AS region,
  parcel_count::BIGINT AS parcel_count,
  delivered_parcel_count::BIGINT AS delivered_parcel_count,
  DATE_DIFF('DAY', order_date, arrived_date)::BIGINT AS delivery_days,
  is_cancelled::BOOLEAN AS is_cancelled,
  (
    NOT is_cancelled AND is_complete
  )::BOOLEAN AS is_fulfilled,
  CASE
    WHEN NOT arrived_date IS NULL AND judged_parcel_count > 0
    THEN on_time_parcel_count = judged_parcel_count
  END::BOOLEAN AS is_on_time,
  order_date::DATE AS order_date
FROM deliveries
