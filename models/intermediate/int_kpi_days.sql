MODEL (
  name intermediate.int_kpi_days,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (date_day, dimension, member),
  audits (
    not_null(columns := (date_day, dimension, member, net_revenue, orders, refunds)),
    unique_combination_of_columns(columns := (date_day, dimension, member)),
    sums_agree(
      "column" := CASE WHEN dimension = 'all' THEN net_revenue END,
      other_table := intermediate.int_order_days,
      other_column := CASE WHEN dimension = 'all' THEN net_revenue_amount END,
      other_condition := order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'The parts that all numbers over time are made of, which add up over days: a week, month, quarter or year is their sum, a ratio the ratio of sums, under the names that metrics/ use. One row per day before the as-of date, dimension and member with something to tell. Answers: what are the parts of a number on a day, for the whole shop and for each country, department, channel, payment method and type of customer?',
  column_descriptions (
    dimension = 'By what the numbers are divided: those of seeds.kpi_dimensions, and department',
    member = 'Member of the dimension; all where it is not divided, unknown where the shop does not say; a department by its id',
    gmv = 'Gross merchandise value: goods before discount of orders not cancelled',
    net_revenue = 'Goods after discount of valid sales',
    discount_amount = 'Discount on valid sales',
    gross_margin = 'Net revenue less cost of goods; null where no cost is known',
    costed_revenue = 'Net revenue whose cost is known',
    refunds = 'Money given back on this day, for orders that stay sales',
    marketing_spend = 'Spent on marketing; null where nothing is on record. For everything and by channel',
    orders = 'Valid sales; an order counts in each of its departments',
    units = 'Units of valid sales',
    return_count = 'Returns of this day, of orders that stay sales',
    new_customers = 'Customers with their first valid sale; over all days so far they add up to all customers. Null for departments, as all customers are',
    second_order_customers = 'Customers with their second valid sale; over all days so far they add up to all who came back',
    active_customers = 'Known customers with a valid sale on the day',
    week_active_customers = 'Of these, customers whose first valid sale of the week this is; over the days of a week they add up to the customers active in it',
    month_active_customers = 'The same for the month',
    quarter_active_customers = 'The same for the quarter',
    year_active_customers = 'The same for the year',
    new_signups = 'Customers who signed up. For everything, by country of residence and by channel',
    visits = 'Visits to the web shop; null where none is on record. For everything and by channel',
    converted_visits = 'Visits that led to an order that counts; null without visits',
    date_day = 'The day'
  )
);

WITH signup_days AS (
  SELECT
    CASE
      WHEN GROUPING(country) = 0
      THEN 'country'
      WHEN GROUPING(acquisition_channel) = 0
      THEN 'channel'
      ELSE 'all'
    END AS dimension,
    CASE
      WHEN GROUPING(country) = 0
      THEN COALESCE(country, 'unknown')
      WHEN GROUPING(acquisition_channel) = 0
      THEN COALESCE(acquisition_channel, 'unknown')
      ELSE 'all'
    END AS member,
    COUNT(*) AS new_signups,
    signup_date AS date_day
  FROM staging.stg_customers
  GROUP BY
    GROUPING SETS (
      (
        signup_date
      ),
      (signup_date, country),
      (signup_date, acquisition_channel)
    )
), visit_days AS (
  SELECT
    CASE WHEN GROUPING(channel) = 0 THEN 'channel' ELSE 'all' END AS dimension,
    COALESCE(channel, 'all') AS member,
    SUM(visit_count) AS visits,
    SUM(converted_visit_count) AS converted_visits,
    session_date AS date_day
  FROM intermediate.int_channel_visits
  GROUP BY
    GROUPING SETS (
      (
        session_date
      ),
      (session_date, channel)
    )
), spend_days AS (
  SELECT
    CASE WHEN GROUPING(channel) = 0 THEN 'channel' ELSE 'all' END AS dimension,
    COALESCE(channel, 'all') AS member,
    SUM(spend_amount) AS marketing_spend,
    spend_date AS date_day
  FROM staging.stg_marketing_spend
  GROUP BY
    GROUPING SETS (
      (
        spend_date
      ),
      (spend_date, channel)
    )
), keys AS (
  SELECT
    dimension,
    member,
    order_date AS date_day
  FROM intermediate.int_order_days
  UNION
  SELECT
    dimension,
    member,
    order_date AS date_day
  FROM intermediate.int_department_days
  UNION
  SELECT
    dimension,
    member,
    returned_date AS date_day
  FROM intermediate.int_refund_days
  UNION
  SELECT
    dimension,
    member,
    date_day
  FROM signup_days
  UNION
  SELECT
    dimension,
    member,
    date_day
  FROM visit_days
  UNION
  SELECT
    dimension,
    member,
    date_day
  FROM spend_days
)
SELECT
  keys.dimension::TEXT AS dimension,
  keys.member::TEXT AS member,
  COALESCE(orders.gross_merchandise_amount, departments.gross_merchandise_amount, 0)::DECIMAL(18, 2) AS gmv,
  COALESCE(orders.net_revenue_amount, departments.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue,
  COALESCE(orders.discount_amount, departments.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  COALESCE(orders.gross_margin_amount, departments.gross_margin_amount)::DECIMAL(18, 2) AS gross_margin,
  COALESCE(orders.costed_revenue_amount, departments.costed_revenue_amount)::DECIMAL(18, 2) AS costed_revenue,
  COALESCE(refunds.refund_amount, 0)::DECIMAL(18, 2) AS refunds,
  spend.marketing_spend::DECIMAL(18, 2) AS marketing_spend,
  COALESCE(orders.order_count, departments.order_count, 0)::BIGINT AS orders,
  COALESCE(orders.item_count, departments.item_count, 0)::BIGINT AS units,
  COALESCE(refunds.return_count, 0)::BIGINT AS return_count,
  orders.new_customers::BIGINT AS new_customers,
  orders.second_order_customers::BIGINT AS second_order_customers,
  orders.active_customers::BIGINT AS active_customers,
  orders.week_active_customers::BIGINT AS week_active_customers,
  orders.month_active_customers::BIGINT AS month_active_customers,
  orders.quarter_active_customers::BIGINT AS quarter_active_customers,
  orders.year_active_customers::BIGINT AS year_active_customers,
  signups.new_signups::BIGINT AS new_signups,
  visits.visits::BIGINT AS visits,
  visits.converted_visits::BIGINT AS converted_visits,
  keys.date_day::DATE AS date_day
FROM keys
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_order_days AS orders
  ON keys.dimension = orders.dimension
  AND keys.member = orders.member
  AND keys.date_day = orders.order_date
LEFT JOIN intermediate.int_department_days AS departments
  ON keys.dimension = departments.dimension
  AND keys.member = departments.member
  AND keys.date_day = departments.order_date
LEFT JOIN intermediate.int_refund_days AS refunds
  ON keys.dimension = refunds.dimension
  AND keys.member = refunds.member
  AND keys.date_day = refunds.returned_date
LEFT JOIN visit_days AS visits
  ON keys.dimension = visits.dimension AND keys.member = visits.member AND keys.date_day = visits.date_day
LEFT JOIN spend_days AS spend
  ON keys.dimension = spend.dimension AND keys.member = spend.member AND keys.date_day = spend.date_day
LEFT JOIN signup_days AS signups
  ON keys.dimension = signups.dimension
  AND keys.member = signups.member
  AND keys.date_day = signups.date_day
WHERE
  keys.date_day < as_of.as_of_date
