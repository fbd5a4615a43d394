MODEL (
  name intermediate.int_customer_behaviour_orders,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner customer_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, order_date),
  references (
    customer_id
  ),
  depends_on (
    intermediate.int_customer_days
  ),
  audits (
    not_null(
      columns := (customer_id, order_date, order_count, spent_cents, squared_spent_cents, numbered_spent_cents)
    ),
    unique_combination_of_columns(columns := (customer_id, order_date)),
    sums_agree(
      "column" := order_count,
      other_table := intermediate.int_customer_days,
      other_column := order_count,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'Sums over the orders of a customer on a day from which trend and spread of their values follow. One row per customer and day with a valid sale. Answers: do the orders of a customer grow or shrink?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    order_count = 'Orders',
    spent_cents = 'Net revenue in hundredths',
    squared_spent_cents = 'Sum of the squares of the net revenue of each order, in hundredths',
    numbered_spent_cents = 'Sum of the net revenue of each order times its number among the orders of the customer, in hundredths',
    order_date = 'Day of the orders in the business time zone'
  )
);

WITH orders AS (
  SELECT
    customer_id,
    order_date,
    customer_order_number,
    ROUND(net_revenue_amount * 100)::BIGINT AS spent_cents
  FROM intermediate.int_orders
  WHERE
    is_valid_sale AND NOT is_guest AND order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  customer_id::TEXT AS customer_id,
  COUNT(*)::BIGINT AS order_count,
  SUM(spent_cents)::BIGINT AS spent_cents,
  SUM(spent_cents * spent_cents)::BIGINT AS squared_spent_cents,
  SUM(spent_cents * customer_order_number)::BIGINT AS numbered_spent_cents,
  order_date::DATE AS order_date
FROM orders
GROUP BY
  customer_id,
  order_date
