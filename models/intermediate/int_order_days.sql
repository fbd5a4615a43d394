MODEL (
  name intermediate.int_order_days,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain order_date,
  audits (
    not_null(columns := (order_date, gross_merchandise_amount, net_revenue_amount)),
    unique_combination_of_columns(columns := (
      order_date
    )),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_orders,
      other_column := net_revenue_amount
    )
  ),
  description 'The orders of each day in sum. One row per day with an order. The base of the executive numbers. Answers: what was sold on a day, and to how many customers?',
  column_descriptions (
    gross_merchandise_amount = 'Goods before discount of orders not cancelled',
    net_revenue_amount = 'Goods after discount of valid sales',
    discount_amount = 'Discount on valid sales',
    gross_margin_amount = 'Net revenue less cost of goods; null where no cost is known',
    costed_revenue_amount = 'Net revenue of the orders whose cost is known',
    order_count = 'Valid sales',
    item_count = 'Units of valid sales',
    active_customers = 'Known customers with a valid sale',
    new_customers = 'Customers with their first valid sale',
    order_date = 'Day of the orders in the business time zone'
  )
);

SELECT
  SUM(CASE WHEN order_status <> 'cancelled' THEN gross_amount ELSE 0 END)::DECIMAL(18, 2) AS gross_merchandise_amount,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(CASE WHEN is_valid_sale THEN discount_amount ELSE 0 END)::DECIMAL(18, 2) AS discount_amount,
  SUM(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  SUM(CASE WHEN NOT gross_margin_amount IS NULL THEN net_revenue_amount END)::DECIMAL(18, 2) AS costed_revenue_amount,
  SUM(CASE WHEN is_valid_sale THEN 1 ELSE 0 END)::BIGINT AS order_count,
  SUM(CASE WHEN is_valid_sale THEN item_count ELSE 0 END)::BIGINT AS item_count,
  COUNT(DISTINCT CASE WHEN is_valid_sale AND NOT is_guest THEN customer_id END)::BIGINT AS active_customers,
  SUM(CASE WHEN is_first_order THEN 1 ELSE 0 END)::BIGINT AS new_customers,
  order_date::DATE AS order_date
FROM intermediate.int_orders
GROUP BY
  order_date
