MODEL (
  name marts.mart_executive_financial_summary,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, executive),
  grain date_day,
  audits (
    not_null(columns := (date_day, gmv, net_revenue, orders)),
    unique_combination_of_columns(columns := (
      date_day
    )),
    no_gaps("column" := date_day),
    accepted_range("column" := gross_margin_share, max_v := 1),
    sums_agree(
      "column" := net_revenue,
      other_table := intermediate.int_order_days,
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
    visits = 'Visits to the web shop; null without a source of them',
    converted_visits = 'Visits that led to an order that counts; null without a source of visits',
    marketing_spend = 'Spent on marketing; null without a source, and before and after the days it tells of',
    conversion_rate = 'Visits that led to an order as a share of all, 0 to 1; null without visits',
    customer_acquisition_cost = 'Marketing spend per new customer; null without either',
    is_current_period = 'In the month of the last complete day',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH daily_refunds AS (
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
), daily_spend AS (
  SELECT
    spend_date,
    SUM(spend_amount)::DECIMAL(18, 2) AS marketing_spend
  FROM staging.stg_marketing_spend
  GROUP BY
    spend_date
), spend_days AS (
  SELECT
    MIN(spend_date) AS first_spend_date,
    MAX(spend_date) AS last_spend_date
  FROM daily_spend
), daily_visits AS (
  SELECT
    session_date,
    SUM(visit_count)::BIGINT AS visits,
    SUM(converted_visit_count)::BIGINT AS converted_visits
  FROM intermediate.int_channel_visits
  GROUP BY
    session_date
), daily_marketing AS (
  SELECT
    days.date_day,
    visits.visits,
    visits.converted_visits,
    COALESCE(
      spend.marketing_spend,
      CASE WHEN days.date_day BETWEEN spend_days.first_spend_date AND spend_days.last_spend_date THEN 0 END
    ) AS marketing_spend
  FROM intermediate.int_dates AS days
  CROSS JOIN spend_days
  LEFT JOIN daily_spend AS spend
    ON days.date_day = spend.spend_date
  LEFT JOIN daily_visits AS visits
    ON days.date_day = visits.session_date
)
SELECT
  days.date_day::DATE AS date_day,
  COALESCE(orders.gross_merchandise_amount, 0)::DECIMAL(18, 2) AS gmv,
  COALESCE(orders.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue,
  COALESCE(orders.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  orders.gross_margin_amount::DECIMAL(18, 2) AS gross_margin,
  COALESCE(refunds.refunds, 0)::DECIMAL(18, 2) AS refunds,
  COALESCE(orders.order_count, 0)::BIGINT AS orders,
  COALESCE(orders.item_count, 0)::BIGINT AS units,
  COALESCE(orders.active_customers, 0)::BIGINT AS active_customers,
  COALESCE(orders.new_customers, 0)::BIGINT AS new_customers,
  COALESCE(signups.new_signups, 0)::BIGINT AS new_signups,
  @safe_divide(orders.net_revenue_amount, orders.order_count)::DOUBLE AS aov,
  @safe_divide(orders.gross_margin_amount, orders.costed_revenue_amount)::DOUBLE AS gross_margin_share,
  @safe_divide(COALESCE(refunds.refunds, 0), orders.net_revenue_amount)::DOUBLE AS refund_share,
  marketing.visits::BIGINT AS visits,
  marketing.converted_visits::BIGINT AS converted_visits,
  marketing.marketing_spend::DECIMAL(18, 2) AS marketing_spend,
  @safe_divide(marketing.converted_visits, marketing.visits)::DOUBLE AS conversion_rate,
  @safe_divide(marketing.marketing_spend, orders.new_customers)::DOUBLE AS customer_acquisition_cost,
  days.is_current_period::BOOLEAN AS is_current_period,
  days.as_of_date::DATE AS as_of_date
FROM intermediate.int_dates AS days
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_order_days AS orders
  ON days.date_day = orders.order_date
LEFT JOIN daily_refunds AS refunds
  ON days.date_day = refunds.returned_date
LEFT JOIN daily_signups AS signups
  ON days.date_day = signups.signup_date
LEFT JOIN daily_marketing AS marketing
  ON days.date_day = marketing.date_day
WHERE
  days.date_day >= as_of.first_order_date AND days.date_day < as_of.as_of_date
