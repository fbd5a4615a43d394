MODEL (
  name staging.checked_inventory,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain (product_id, snapshot_at),
  audits (
    same_row_count(table_name := raw.inventory)
  ),
  description 'Every raw count of stock with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.inventory. Answers: which counts of stock does staging refuse, and why?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    snapshot_at = 'When the stock was counted, UTC',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  inventory.product_id,
  inventory.snapshot_at,
  @rejection_reasons(
    'snapshot_at is too early or in the future',
    NOT @is_plausible_time(inventory.snapshot_at, inventory._loaded_at)
  ) AS rejection_reasons,
  @event_day(inventory.snapshot_at, inventory._loaded_at) AS event_date,
  inventory.snapshot_at AS event_time
FROM raw.inventory AS inventory
