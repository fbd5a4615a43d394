MODEL (
  name intermediate.int_order_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner finance_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (order_date, dimension, member),
  audits (
    not_null(columns := (order_date, dimension, member, gross_merchandise_amount, net_revenue_amount)),
    unique_combination_of_columns(columns := (order_date, dimension, member)),
    forall(
      criteria := (
        year_active_customers <= quarter_active_customers,
        quarter_active_customers <= month_active_customers,
        month_active_customers <= active_customers,
        week_active_customers <= active_customers,
        new_customers + second_order_customers <= order_count
      )
    ),
    dimensions_agree("column" := net_revenue_amount),
    dimensions_agree("column" := order_count),
    sums_agree(
      "column" := CASE WHEN dimension = 'all' THEN net_revenue_amount END,
      other_table := intermediate.int_orders,
      other_column := net_revenue_amount,
      other_condition := @in_interval(order_date)
    )
  ),
  description 'The orders of each day in sum. One row per day, dimension and member with an order. Part of the base of all numbers over time. Answers: what was sold on a day, where and to whom, and how many customers were active in the period so far?',
  column_descriptions (
    dimension = 'By what the orders are divided, see seeds.kpi_dimensions',
    member = 'Member of the dimension; all where it is not divided, unknown where the shop does not say',
    gross_merchandise_amount = 'Goods before discount of orders not cancelled',
    net_revenue_amount = 'Goods after discount of valid sales',
    discount_amount = 'Discount on valid sales',
    gross_margin_amount = 'Net revenue less cost of goods; null where no cost is known',
    costed_revenue_amount = 'Net revenue of the orders whose cost is known',
    order_count = 'Valid sales',
    item_count = 'Units of valid sales',
    new_customers = 'Customers with their first valid sale; over all days so far they add up to all customers',
    second_order_customers = 'Customers with their second valid sale; over all days so far they add up to all who came back',
    active_customers = 'Known customers with a valid sale on the day',
    week_active_customers = 'Of these, customers whose first valid sale of the week this is; over the days of a week they add up to the customers active in it',
    month_active_customers = 'The same for the month',
    quarter_active_customers = 'The same for the quarter',
    year_active_customers = 'The same for the year',
    order_date = 'Day of the orders in the business time zone'
  )
);

WITH sales AS (
  SELECT
    order_id,
    customer_order_number,
    (
      order_date - days_since_prior_order::INT
    )::DATE AS prior_date,
    LAG(order_date) OVER (PARTITION BY customer_id, shipping_country ORDER BY ordered_at, order_id) AS prior_date_there,
    LAG(order_date) OVER (PARTITION BY customer_id, payment_method ORDER BY ordered_at, order_id) AS prior_date_paid_so
  FROM intermediate.int_orders
  WHERE
    NOT customer_order_number IS NULL
    AND order_date BETWEEN DATE_TRUNC('WEEK', DATE_TRUNC('YEAR', @start_ds::DATE)::DATE)::DATE AND @end_ds::DATE
    AND customer_id IN (
      SELECT
        customer_id
      FROM intermediate.int_orders
      WHERE
        order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
    )
), orders_by_dimension AS (
  SELECT
    dimensions.dimension,
    @order_member(dimensions.dimension, orders, customers) AS member,
    orders.order_status,
    orders.gross_amount,
    orders.discount_amount,
    orders.net_revenue_amount,
    orders.gross_margin_amount,
    orders.item_count,
    orders.is_valid_sale,
    sales.customer_order_number,
    CASE dimensions.dimension
      WHEN 'country'
      THEN sales.prior_date_there
      WHEN 'payment_method'
      THEN sales.prior_date_paid_so
      WHEN 'customer_type'
      THEN CASE WHEN sales.customer_order_number > 2 THEN sales.prior_date END
      ELSE sales.prior_date
    END AS prior_date, /* Of the customer as the same member: who is new is returning from the second order on. */
    orders.order_date
  FROM intermediate.int_orders AS orders
  LEFT JOIN sales
    ON orders.order_id = sales.order_id
  LEFT JOIN staging.stg_customers AS customers
    ON orders.customer_id = customers.customer_id
  CROSS JOIN seeds.kpi_dimensions AS dimensions
  WHERE
    orders.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  dimension::TEXT AS dimension,
  member::TEXT AS member,
  SUM(CASE WHEN order_status <> 'cancelled' THEN gross_amount ELSE 0 END)::DECIMAL(18, 2) AS gross_merchandise_amount,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(CASE WHEN is_valid_sale THEN discount_amount ELSE 0 END)::DECIMAL(18, 2) AS discount_amount,
  SUM(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  SUM(CASE WHEN NOT gross_margin_amount IS NULL THEN net_revenue_amount END)::DECIMAL(18, 2) AS costed_revenue_amount,
  SUM(CASE WHEN is_valid_sale THEN 1 ELSE 0 END)::BIGINT AS order_count,
  SUM(CASE WHEN is_valid_sale THEN item_count ELSE 0 END)::BIGINT AS item_count,
  SUM(CASE WHEN customer_order_number = 1 THEN 1 ELSE 0 END)::BIGINT AS new_customers,
  SUM(CASE WHEN customer_order_number = 2 THEN 1 ELSE 0 END)::BIGINT AS second_order_customers,
  SUM(CASE WHEN customer_order_number >= 1 AND COALESCE(prior_date < order_date, TRUE) THEN 1 ELSE 0 END)::BIGINT AS active_customers,
  SUM(
    CASE
      WHEN customer_order_number >= 1 AND COALESCE(prior_date < DATE_TRUNC('WEEK', order_date)::DATE, TRUE)
      THEN 1
      ELSE 0
    END
  )::BIGINT AS week_active_customers,
  SUM(
    CASE
      WHEN customer_order_number >= 1 AND COALESCE(prior_date < DATE_TRUNC('MONTH', order_date)::DATE, TRUE)
      THEN 1
      ELSE 0
    END
  )::BIGINT AS month_active_customers,
  SUM(
    CASE
      WHEN customer_order_number >= 1 AND COALESCE(prior_date < DATE_TRUNC('QUARTER', order_date)::DATE, TRUE)
      THEN 1
      ELSE 0
    END
  )::BIGINT AS quarter_active_customers,
  SUM(
    CASE
      WHEN customer_order_number >= 1 AND COALESCE(prior_date < DATE_TRUNC('YEAR', order_date)::DATE, TRUE)
      THEN 1
      ELSE 0
    END
  )::BIGINT AS year_active_customers,
  order_date::DATE AS order_date
FROM orders_by_dimension
GROUP BY
  dimension,
  member,
  order_date
