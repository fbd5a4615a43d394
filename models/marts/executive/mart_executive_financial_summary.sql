MODEL (
  name marts.mart_executive_financial_summary,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, executive),
  grain date_day,
  depends_on (
    staging.stg_orders
  ),
  audits (
    sums_agree(
      "column" := net_revenue,
      other_table := intermediate.int_kpi_days,
      other_column := CASE WHEN dimension = 'all' THEN net_revenue END,
      other_condition := date_day >= (
        SELECT
          first_order_date
        FROM intermediate.int_as_of
      )
    ),
    sums_agree(
      "column" := net_revenue,
      other_table := staging.stg_orders,
      other_column := CASE WHEN is_valid_sale THEN order_amount - discount_amount END,
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
    gross_margin = 'Net revenue less cost of goods, of the orders whose cost is known; null where none is',
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

WITH whole_shop AS (
  SELECT
    gmv,
    net_revenue,
    discount_amount,
    gross_margin,
    costed_revenue,
    refunds,
    marketing_spend,
    orders,
    units,
    active_customers,
    new_customers,
    new_signups,
    visits,
    converted_visits,
    date_day
  FROM intermediate.int_kpi_days
  WHERE
    dimension = 'all'
), spend_range AS (
  SELECT
    MIN(date_day) AS first_spend_date,
    MAX(date_day) AS last_spend_date
  FROM whole_shop
  WHERE
    NOT marketing_spend IS NULL
), days AS (
  SELECT
    dates.date_day,
    dates.is_current_period,
    dates.as_of_date,
    CASE WHEN dates.date_day BETWEEN spend.first_spend_date AND spend.last_spend_date THEN 0 END AS nothing_spent
  FROM intermediate.int_dates AS dates
  CROSS JOIN intermediate.int_as_of AS as_of
  CROSS JOIN spend_range AS spend
  WHERE
    dates.date_day >= as_of.first_order_date AND dates.date_day < as_of.as_of_date
)
SELECT
  days.date_day::DATE AS date_day,
  COALESCE(kpis.gmv, 0)::DECIMAL(18, 2) AS gmv,
  COALESCE(kpis.net_revenue, 0)::DECIMAL(18, 2) AS net_revenue,
  COALESCE(kpis.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  kpis.gross_margin::DECIMAL(18, 2) AS gross_margin,
  COALESCE(kpis.refunds, 0)::DECIMAL(18, 2) AS refunds,
  COALESCE(kpis.orders, 0)::BIGINT AS orders,
  COALESCE(kpis.units, 0)::BIGINT AS units,
  COALESCE(kpis.active_customers, 0)::BIGINT AS active_customers,
  COALESCE(kpis.new_customers, 0)::BIGINT AS new_customers,
  COALESCE(kpis.new_signups, 0)::BIGINT AS new_signups,
  @safe_divide(kpis.net_revenue, kpis.orders)::DOUBLE AS aov,
  @safe_divide(kpis.gross_margin, kpis.costed_revenue)::DOUBLE AS gross_margin_share,
  @safe_divide(kpis.refunds, kpis.net_revenue)::DOUBLE AS refund_share,
  kpis.visits::BIGINT AS visits,
  kpis.converted_visits::BIGINT AS converted_visits,
  COALESCE(kpis.marketing_spend, days.nothing_spent)::DECIMAL(18, 2) AS marketing_spend,
  @safe_divide(kpis.converted_visits, kpis.visits)::DOUBLE AS conversion_rate,
  @safe_divide(COALESCE(kpis.marketing_spend, days.nothing_spent), kpis.new_customers)::DOUBLE AS customer_acquisition_cost,
  days.is_current_period::BOOLEAN AS is_current_period,
  days.as_of_date::DATE AS as_of_date
FROM days
LEFT JOIN whole_shop AS kpis
  ON days.date_day = kpis.date_day
