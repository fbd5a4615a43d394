MODEL (
  name staging.stg_sales,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'), lookback 2, batch_size 4),
  grain (sale_id),
  audits (
    not_null(columns := (sale_id, day)),
    forall(criteria := (amount >= 0))
  ),
  description 'One row per sale.',
  column_descriptions (sale_id = 'The sale.')
);

SELECT sale_id, day, customer_id, amount FROM source.sales WHERE day BETWEEN @start_ds AND @end_ds
