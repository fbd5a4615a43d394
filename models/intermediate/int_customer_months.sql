MODEL (
  name intermediate.int_customer_months,
  kind VIEW,
  owner customer_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (customer_id, month_start),
  references (
    customer_id
  ),
  depends_on (
    intermediate.int_customer_days
  ),
  audits (
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_customer_days,
      other_column := net_revenue_amount,
      other_condition := order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'What each customer bought in each calendar month with a valid sale before the as-of date. One row per customer and month with an order. The base of cohorts and of the history of segments. Answers: in which months of their life with us do customers buy, and for how much?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    months_since_first_order = 'Calendar months after the month of the first order, which is 0',
    order_count = 'Orders of the month',
    purchase_days = 'Days of the month with an order',
    net_revenue_amount = 'Net revenue of the month',
    gross_margin_amount = 'Gross margin of the orders of the month whose cost is known; null where no cost is known',
    last_order_date = 'Day of the last order of the month',
    cohort_month = 'First day of the month of the first order',
    month_start = 'First day of the month'
  )
);

SELECT
  months.customer_id::TEXT AS customer_id,
  months.months_since_first_order::INT AS months_since_first_order,
  months.order_count::BIGINT AS order_count,
  months.purchase_days::BIGINT AS purchase_days,
  months.net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  months.gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  months.last_order_date::DATE AS last_order_date,
  months.cohort_month::DATE AS cohort_month,
  months.month_start::DATE AS month_start
FROM intermediate.int_customer_finished_months AS months
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  months.snapshot_date < as_of.as_of_date
UNION ALL
SELECT
  customer_id::TEXT AS customer_id,
  months_since_first_order::INT AS months_since_first_order,
  order_count::BIGINT AS order_count,
  purchase_days::BIGINT AS purchase_days,
  net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  last_order_date::DATE AS last_order_date,
  cohort_month::DATE AS cohort_month,
  month_start::DATE AS month_start
FROM intermediate.int_customer_running_month
