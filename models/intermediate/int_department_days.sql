MODEL (
  name intermediate.int_department_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner product_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (order_date, dimension, member),
  audits (
    not_null(columns := (order_date, dimension, member, gross_merchandise_amount, net_revenue_amount)),
    unique_combination_of_columns(columns := (order_date, dimension, member)),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_order_items,
      other_column := net_revenue_amount,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'What each department sold on each day. One row per day and department with an order line. An order counts in each department it has lines of, so orders do not add up over departments; money does. Part of the base of all numbers over time. Answers: which departments sold what on a day, in how many orders?',
  column_descriptions (
    dimension = 'Always department, beside the dimensions of seeds.kpi_dimensions',
    member = 'The id of the department of the products; unknown where they have none',
    gross_merchandise_amount = 'Goods before discount of orders not cancelled',
    net_revenue_amount = 'Goods after discount of valid sales',
    discount_amount = 'Discount on valid sales',
    gross_margin_amount = 'Net revenue less cost of goods of the lines whose cost is known; null where no cost is known',
    costed_revenue_amount = 'Net revenue of the lines whose cost is known',
    order_count = 'Valid sales with a line of the department',
    item_count = 'Units of valid sales',
    order_date = 'Day of the orders in the business time zone'
  )
);

WITH departments_of_orders AS (
  SELECT
    order_id,
    COALESCE(department_id, 'unknown') AS department_id,
    is_valid_sale,
    order_date,
    SUM(quantity) AS item_count,
    SUM(gross_amount) AS gross_amount,
    SUM(discount_amount) AS discount_amount,
    SUM(net_revenue_amount) AS net_revenue_amount,
    SUM(gross_margin_amount) AS gross_margin_amount,
    SUM(CASE WHEN NOT gross_margin_amount IS NULL THEN net_revenue_amount END) AS costed_revenue_amount
  FROM intermediate.int_order_items
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    order_id,
    COALESCE(department_id, 'unknown'),
    is_valid_sale,
    order_date
)
SELECT
  'department'::TEXT AS dimension,
  departments.department_id::TEXT AS member,
  SUM(CASE WHEN orders.order_status <> 'cancelled' THEN departments.gross_amount ELSE 0 END)::DECIMAL(18, 2) AS gross_merchandise_amount,
  SUM(departments.net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(CASE WHEN departments.is_valid_sale THEN departments.discount_amount ELSE 0 END)::DECIMAL(18, 2) AS discount_amount,
  SUM(departments.gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  SUM(departments.costed_revenue_amount)::DECIMAL(18, 2) AS costed_revenue_amount,
  SUM(CASE WHEN departments.is_valid_sale THEN 1 ELSE 0 END)::BIGINT AS order_count,
  SUM(CASE WHEN departments.is_valid_sale THEN departments.item_count ELSE 0 END)::BIGINT AS item_count,
  departments.order_date::DATE AS order_date
FROM departments_of_orders AS departments
INNER JOIN intermediate.int_orders AS orders
  ON departments.order_id = orders.order_id AND departments.order_date = orders.order_date
WHERE
  orders.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
GROUP BY
  departments.department_id,
  departments.order_date
