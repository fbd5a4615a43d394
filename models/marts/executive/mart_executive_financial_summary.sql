MODEL (
  name marts.mart_executive_financial_summary,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, executive),
  grain date_day,
  audits (
    not_null(columns := (date_day, gmv, net_revenue, orders)),
    unique_values(columns := (
      date_day
    )),
    no_gaps("column" := date_day),
    accepted_range("column" := gross_margin_share, max_v := 1),
    sums_agree(
      "column" := net_revenue,
      other_table := intermediate.int_orders,
      other_column := net_revenue_amount,
      other_condition := order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'The day in money and customers, for the board. One row per day from the first order to the last complete day, days without an order too. Answers: how much did we sell, at what margin and refund rate, to how many new and returning customers?',
  column_descriptions (
    date_day = 'The day',
    gmv = 'Gross merchandise value: goods before discount of orders not cancelled',
    net_revenue = 'Goods after discount of valid sales',
    discount_amount = 'Discount on valid sales',
    gross_margin = 'Net revenue less cost of goods; null where no cost is known',
    refunds = 'Money given back on this day, for orders that stay sales; an order refunded as a whole leaves net revenue instead',
    orders = 'Valid sales',
    units = 'Units of valid sales',
    active_customers = 'Known customers with a valid sale',
    new_customers = 'Customers with their first valid sale',
    new_signups = 'Customers who signed up',
    aov = 'Net revenue per valid sale',
    gross_margin_share = 'Gross margin as a share of the net revenue whose cost is known, 0 to 1',
    refund_share = 'Refunds as a share of the net revenue of the day, 0 or more',
    conversion_rate = 'Orders per web session; null without a source of web sessions',
    customer_acquisition_cost = 'Marketing spend per new customer; null without a source of spend',
    is_current_period = 'In the month of the last complete day',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH daily_orders AS (
  SELECT
    order_date,
    SUM(CASE WHEN order_status <> 'cancelled' THEN gross_amount ELSE 0 END)::DECIMAL(18, 2) AS gmv,
    SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue,
    SUM(CASE WHEN is_valid_sale THEN discount_amount ELSE 0 END)::DECIMAL(18, 2) AS discount_amount,
    SUM(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin,
    SUM(CASE WHEN NOT gross_margin_amount IS NULL THEN net_revenue_amount END)::DECIMAL(18, 2) AS costed_revenue,
    SUM(CASE WHEN is_valid_sale THEN 1 ELSE 0 END)::BIGINT AS orders,
    SUM(CASE WHEN is_valid_sale THEN item_count ELSE 0 END)::BIGINT AS units,
    COUNT(DISTINCT CASE WHEN is_valid_sale AND NOT is_guest THEN customer_id END)::BIGINT AS active_customers,
    SUM(CASE WHEN is_first_order THEN 1 ELSE 0 END)::BIGINT AS new_customers
  FROM intermediate.int_orders
  GROUP BY
    order_date
), daily_refunds AS (
  SELECT
    returns.returned_date,
    SUM(returns.refund_amount)::DECIMAL(18, 2) AS refunds
  FROM staging.stg_returns AS returns
  INNER JOIN staging.stg_orders AS orders
    ON returns.order_id = orders.order_id
  WHERE
    orders.is_valid_sale
  GROUP BY
    returns.returned_date
), daily_signups AS (
  SELECT
    signup_date,
    COUNT(*)::BIGINT AS new_signups
  FROM staging.stg_customers
  GROUP BY
    signup_date
)
SELECT
  days.date_day::DATE AS date_day,
  COALESCE(orders.gmv, 0)::DECIMAL(18, 2) AS gmv,
  COALESCE(orders.net_revenue, 0)::DECIMAL(18, 2) AS net_revenue,
  COALESCE(orders.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  orders.gross_margin::DECIMAL(18, 2) AS gross_margin,
  COALESCE(refunds.refunds, 0)::DECIMAL(18, 2) AS refunds,
  COALESCE(orders.orders, 0)::BIGINT AS orders,
  COALESCE(orders.units, 0)::BIGINT AS units,
  COALESCE(orders.active_customers, 0)::BIGINT AS active_customers,
  COALESCE(orders.new_customers, 0)::BIGINT AS new_customers,
  COALESCE(signups.new_signups, 0)::BIGINT AS new_signups,
  @safe_divide(orders.net_revenue, orders.orders)::DOUBLE AS aov,
  @safe_divide(orders.gross_margin, orders.costed_revenue)::DOUBLE AS gross_margin_share,
  @safe_divide(COALESCE(refunds.refunds, 0), orders.net_revenue)::DOUBLE AS refund_share,
  NULL::DOUBLE AS conversion_rate,
  NULL::DOUBLE AS customer_acquisition_cost,
  days.is_current_period::BOOLEAN AS is_current_period,
  days.as_of_date::DATE AS as_of_date
FROM intermediate.int_dates AS days
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN daily_orders AS orders
  ON days.date_day = orders.order_date
LEFT JOIN daily_refunds AS refunds
  ON days.date_day = refunds.returned_date
LEFT JOIN daily_signups AS signups
  ON days.date_day = signups.signup_date
WHERE
  days.date_day >= as_of.first_order_date AND days.date_day < as_of.as_of_date
