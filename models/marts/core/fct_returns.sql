MODEL (
  name marts.fct_returns,
  kind VIEW,
  owner finance_team,
  cron '@daily',
  tags (mart, core),
  grain return_id,
  references (order_id, product_id),
  depends_on (intermediate.int_as_of, marts.fct_orders),
  audits (
    same_row_count(table_name := staging.stg_returns),
    foreign_key(
      "column" := order_id,
      parent_table := marts.fct_orders,
      parent_column := order_id,
      condition := child.returned_date >= (
        SELECT
          (
            as_of_date - @lookback_days
          )::DATE
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'Goods that came back and the money given back for them. One row per return. Answers: what was returned and refunded, when, why, and of which order?',
  column_descriptions (
    return_id = 'The shop''s id of the return',
    order_id = 'The shop''s id of the order',
    product_id = 'The shop''s id of the product',
    reason = 'Why it was returned',
    quantity = 'Units returned',
    refund_amount = 'Money given back',
    returned_date = 'Day of the return in the business time zone',
    returned_at = 'When it was returned, UTC'
  )
);

SELECT
  returns.return_id,
  returns.order_id,
  returns.product_id,
  returns.reason,
  returns.quantity,
  returns.refund_amount,
  returns.returned_date,
  returns.returned_at
FROM staging.stg_returns AS returns
