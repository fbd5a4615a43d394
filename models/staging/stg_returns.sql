MODEL (
  name staging.stg_returns,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (returned_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain return_id,
  references (order_id, product_id),
  audits (
    not_null(columns := (return_id, order_id, returned_date)),
    unique_values(columns := (
      return_id
    )),
    rows_conserved(checked_model := staging.checked_returns),
    rejected_share_below(checked_model := staging.checked_returns)
  ),
  description 'Goods that came back from the orders that count. One row per return. Answers: what was returned and refunded, when and why?',
  column_descriptions (
    return_id = 'The shop''s id of the return',
    order_id = 'The shop''s id of the order',
    product_id = 'The shop''s id of the product',
    reason = 'Why it was returned',
    quantity = 'Units returned',
    refund_amount = 'Money given back',
    returned_date = 'Day of the return in the business time zone, no earlier than that of the order',
    returned_at = 'When it was returned, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(return_id, returned_date, staging.checked_returns);

SELECT
  returns.return_id::TEXT AS return_id,
  returns.order_id::TEXT AS order_id,
  NULLIF(TRIM(returns.product_id), '')::TEXT AS product_id,
  NULLIF(LOWER(TRIM(returns.reason)), '')::TEXT AS reason,
  returns.quantity::BIGINT AS quantity,
  returns.refund_amount::DECIMAL(18, 2) AS refund_amount,
  checked.event_date::DATE AS returned_date,
  returns.returned_at::TIMESTAMP AS returned_at,
  returns.updated_at::TIMESTAMP AS updated_at
FROM raw.returns AS returns
INNER JOIN staging.checked_returns AS checked
  ON returns.return_id = checked.return_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
