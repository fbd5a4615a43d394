MODEL (
  name intermediate.int_product_stock,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain product_id,
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, stock_status, quantity_on_hand, stock_counted_date)),
    unique_values(columns := (
      product_id
    )),
    accepted_range("column" := days_of_cover, min_v := 0)
  ),
  description 'The last count of stock of each product before the as-of date, and how long it lasts. One row per product whose stock was ever counted. Answers: what do we have, what runs out, and what lies too long?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    stock_status = 'Out, Low, Enough or Excess by stock and days of cover (stock_bands); Unmoved where nothing was sold of late',
    quantity_on_hand = 'Units on hand; negative where more was sold than there was',
    days_of_cover = 'Days that the stock lasts at the pace of the recent days (recent_days); null where nothing was sold in them',
    stock_counted_date = 'Day of the count in the business time zone'
  )
);

WITH counts AS (
  SELECT
    inventory.product_id,
    inventory.quantity_on_hand,
    inventory.snapshot_date,
    ROW_NUMBER() OVER (PARTITION BY inventory.product_id ORDER BY inventory.snapshot_at DESC) AS newest_first
  FROM staging.stg_inventory AS inventory
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    inventory.snapshot_date < as_of.as_of_date
), last_counts AS (
  SELECT
    counts.product_id,
    counts.quantity_on_hand,
    counts.snapshot_date,
    @safe_divide(GREATEST(counts.quantity_on_hand, 0) * @recent_days, COALESCE(summary.units_last_30_days, 0)) AS days_of_cover
  FROM counts
  LEFT JOIN intermediate.int_product_summary AS summary
    ON counts.product_id = summary.product_id
  WHERE
    counts.newest_first = 1
)
SELECT
  product_id::TEXT AS product_id,
  CASE
    WHEN quantity_on_hand <= 0
    THEN 'Out'
    WHEN days_of_cover IS NULL
    THEN 'Unmoved'
    ELSE @band(days_of_cover, @stock_bands)
  END::TEXT AS stock_status,
  quantity_on_hand::BIGINT AS quantity_on_hand,
  days_of_cover::DOUBLE AS days_of_cover,
  snapshot_date::DATE AS stock_counted_date
FROM last_counts
