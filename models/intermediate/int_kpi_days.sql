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
    ),
    costs_cover_revenue(blocking := FALSE)
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
    marketing_spend = 'Spent on marketing; null before the first and after the last day with spend on record. For everything and by channel',
    market_size = 'What all sellers together sold on the day, see seeds.market_sizes; null where nobody knows. For everything and by country',
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

WITH keys AS (
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
  FROM intermediate.int_market_days
), customers_known_since AS (
  SELECT
    dimension,
    member,
    MIN(order_date) AS first_date
  FROM intermediate.int_order_days
  GROUP BY
    dimension,
    member
), signups_known_since AS (
  SELECT
    dimension,
    member,
    MIN(date_day) AS first_date
  FROM intermediate.int_market_days
  WHERE
    NOT new_signups IS NULL
  GROUP BY
    dimension,
    member
), days AS (
  SELECT
    keys.dimension,
    keys.member,
    CASE WHEN keys.date_day > customers.first_date THEN 0 END AS no_customers,
    CASE WHEN keys.date_day > signups.first_date THEN 0 END AS no_signups,
    keys.date_day
  FROM keys
  LEFT JOIN customers_known_since AS customers
    ON keys.dimension = customers.dimension AND keys.member = customers.member
  LEFT JOIN signups_known_since AS signups
    ON keys.dimension = signups.dimension AND keys.member = signups.member
)
SELECT
  days.dimension::TEXT AS dimension,
  days.member::TEXT AS member,
  COALESCE(orders.gross_merchandise_amount, departments.gross_merchandise_amount, 0)::DECIMAL(18, 2) AS gmv,
  COALESCE(orders.net_revenue_amount, departments.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue,
  COALESCE(orders.discount_amount, departments.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  COALESCE(orders.gross_margin_amount, departments.gross_margin_amount)::DECIMAL(18, 2) AS gross_margin,
  COALESCE(orders.costed_revenue_amount, departments.costed_revenue_amount)::DECIMAL(18, 2) AS costed_revenue,
  COALESCE(refunds.refund_amount, 0)::DECIMAL(18, 2) AS refunds,
  COALESCE(
    market.marketing_spend,
    CASE
      WHEN days.date_day > MIN(CASE WHEN NOT market.marketing_spend IS NULL THEN days.date_day END) OVER (PARTITION BY days.dimension, days.member)
      AND days.date_day < MAX(CASE WHEN NOT market.marketing_spend IS NULL THEN days.date_day END) OVER (PARTITION BY days.dimension, days.member)
      THEN 0
    END
  )::DECIMAL(18, 2) AS marketing_spend,
  market.market_size::DOUBLE AS market_size,
  COALESCE(orders.order_count, departments.order_count, 0)::BIGINT AS orders,
  COALESCE(orders.item_count, departments.item_count, 0)::BIGINT AS units,
  COALESCE(refunds.return_count, 0)::BIGINT AS return_count,
  COALESCE(orders.new_customers, days.no_customers)::BIGINT AS new_customers,
  COALESCE(orders.second_order_customers, days.no_customers)::BIGINT AS second_order_customers,
  COALESCE(orders.active_customers, days.no_customers)::BIGINT AS active_customers,
  COALESCE(orders.week_active_customers, days.no_customers)::BIGINT AS week_active_customers,
  COALESCE(orders.month_active_customers, days.no_customers)::BIGINT AS month_active_customers,
  COALESCE(orders.quarter_active_customers, days.no_customers)::BIGINT AS quarter_active_customers,
  COALESCE(orders.year_active_customers, days.no_customers)::BIGINT AS year_active_customers,
  COALESCE(market.new_signups, days.no_signups)::BIGINT AS new_signups,
  market.visits::BIGINT AS visits,
  market.converted_visits::BIGINT AS converted_visits,
  days.date_day::DATE AS date_day
FROM days
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_order_days AS orders
  ON days.dimension = orders.dimension
  AND days.member = orders.member
  AND days.date_day = orders.order_date
LEFT JOIN intermediate.int_department_days AS departments
  ON days.dimension = departments.dimension
  AND days.member = departments.member
  AND days.date_day = departments.order_date
LEFT JOIN intermediate.int_refund_days AS refunds
  ON days.dimension = refunds.dimension
  AND days.member = refunds.member
  AND days.date_day = refunds.returned_date
LEFT JOIN intermediate.int_market_days AS market
  ON days.dimension = market.dimension AND days.member = market.member AND days.date_day = market.date_day
WHERE
  days.date_day < as_of.as_of_date
