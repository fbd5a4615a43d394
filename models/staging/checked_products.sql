MODEL (
  name staging.checked_products,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain product_id,
  audits (
    same_row_count(table_name := raw.products)
  ),
  description 'Every raw product with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.products. Answers: which products does staging refuse, and why?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the last update in the business time zone; where that is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  products.product_id,
  @rejection_reasons('unit cost or list price is negative', products.unit_cost < 0 OR products.list_price < 0) AS rejection_reasons,
  @event_day(products.updated_at, products._loaded_at) AS event_date,
  products.updated_at AS event_time
FROM raw.products AS products
