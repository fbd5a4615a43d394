MODEL (
  name staging.stg_inventory,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (snapshot_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain (product_id, snapshot_at),
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, snapshot_at, quantity_on_hand, snapshot_date)),
    unique_combination_of_columns(columns := (product_id, snapshot_at)),
    rows_conserved(checked_model := staging.checked_inventory),
    rejected_share_below(checked_model := staging.checked_inventory)
  ),
  description 'Stock as it was counted, also of products the shop no longer lists. One row per product and count. Answers: how much of a product was there, and when was it sold out?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    quantity_on_hand = 'Units on hand; negative where more was sold than there was',
    is_in_stock = 'There was something to sell',
    snapshot_date = 'Day of the count in the business time zone',
    snapshot_at = 'When it was counted, UTC'
  )
);

SELECT
  inventory.product_id::TEXT AS product_id,
  inventory.quantity_on_hand::BIGINT AS quantity_on_hand,
  (
    inventory.quantity_on_hand > 0
  )::BOOLEAN AS is_in_stock,
  checked.event_date::DATE AS snapshot_date,
  inventory.snapshot_at::TIMESTAMP AS snapshot_at
FROM raw.inventory AS inventory
INNER JOIN staging.checked_inventory AS checked
  ON inventory.product_id = checked.product_id AND inventory.snapshot_at = checked.snapshot_at
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
