MODEL (
  name marts.fct_payments,
  kind VIEW,
  owner finance_team,
  cron '@daily',
  tags (mart, core),
  grain payment_id,
  references (
    order_id
  ),
  depends_on (intermediate.int_as_of, marts.fct_orders),
  audits (
    same_row_count(table_name := staging.stg_payments),
    foreign_key(
      "column" := order_id,
      parent_table := marts.fct_orders,
      parent_column := order_id,
      condition := child.paid_date >= (
        SELECT
          (
            as_of_date - @lookback_days
          )::DATE
        FROM intermediate.int_as_of
      ),
      blocking := FALSE
    )
  ),
  description 'Payments of the orders. One row per payment, failed ones too. Answers: what money came in, when, how, and for which order?',
  column_descriptions (
    payment_id = 'The shop''s id of the payment',
    order_id = 'The shop''s id of the order',
    payment_method = 'How the customer paid',
    payment_status = 'What the payment provider says of it',
    amount = 'Amount paid',
    is_captured = 'The money came in and stayed: captured, or the shop does not say',
    paid_date = 'Day of the payment in the business time zone',
    paid_at = 'When it was paid, UTC'
  )
);

SELECT
  payments.payment_id,
  payments.order_id,
  payments.payment_method,
  payments.payment_status,
  payments.amount,
  payments.is_captured,
  payments.paid_date,
  payments.paid_at
FROM staging.stg_payments AS payments
