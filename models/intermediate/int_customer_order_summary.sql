MODEL (
  name intermediate.int_customer_order_summary,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain customer_id,
  references (
    customer_id
  ),
  depends_on (
    staging.stg_orders
  ),
  audits (
    not_null(columns := (customer_id, total_orders, total_spent, last_order_date)),
    unique_combination_of_columns(columns := (
      customer_id
    )),
    accepted_range("column" := reorder_rate, min_v := 0, max_v := 1),
    accepted_range("column" := days_since_last_order, min_v := 1),
    customer_revenue_agrees
  ),
  description 'The buying history of each customer with at least one valid sale, as of the as-of date. One row per customer. Answers: how often, how much, how regularly, how recently and what does a customer buy?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    payment_methods = 'Payment methods used, sorted, separated by commas',
    total_orders = 'Valid orders so far',
    total_items = 'Units bought so far',
    discount_orders = 'Orders with a discount',
    active_months = 'Months with an order',
    high_value_orders = 'Orders of the tier High',
    medium_value_orders = 'Orders of the tier Medium',
    low_value_orders = 'Orders of the tier Low',
    orders_last_30_days = 'Orders in the 30 days before the as-of date',
    unique_products = 'Different products bought',
    lifespan_days = 'Days from first to last order',
    days_since_last_order = 'Days from the last order to the as-of date',
    spent_cents = 'Net revenue so far in hundredths',
    squared_spent_cents = 'Sum of the squares of the net revenue of each order, in hundredths',
    numbered_spent_cents = 'Sum of the net revenue of each order times its number among the orders of the customer, in hundredths',
    total_spent = 'Net revenue so far',
    total_margin = 'Gross margin so far; null where no cost is known',
    spend_last_30_days = 'Net revenue in the 30 days before the as-of date',
    avg_order_value = 'Mean net revenue of an order',
    stddev_order_value = 'Standard deviation of net revenue over orders; null below two orders',
    orders_per_month = 'Orders per month of lifespan, of at least one month',
    mean_order_gap_days = 'Mean days between orders; null below two orders',
    median_order_gap_days = 'Median days between orders; null below two orders',
    max_order_gap_days = 'Longest time between orders in days; null below two orders',
    reorder_rate = 'Share of order lines of products bought before, 0 to 1',
    avg_basket_size = 'Mean units per order',
    mean_cart_position = 'Mean cart position of the lines',
    weekend_share = 'Share of orders placed at weekends, 0 to 1',
    mean_order_hour = 'Mean hour of the business day of the orders',
    first_order_date = 'Day of the first order',
    last_order_date = 'Day of the last order'
  )
);

WITH orders AS (
  SELECT
    orders.customer_id,
    @value_list(orders.payment_method) AS payment_methods,
    @quantile(orders.days_since_prior_order, 0.5) AS median_order_gap_days,
    MAX(orders.days_since_prior_order) AS max_order_gap_days
  FROM intermediate.int_orders AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    orders.is_valid_sale AND NOT orders.is_guest AND orders.order_date < as_of.as_of_date
  GROUP BY
    orders.customer_id
), days AS (
  SELECT
    days.customer_id,
    SUM(days.order_count) AS total_orders,
    SUM(days.line_count) AS total_lines,
    SUM(days.item_count) AS total_items,
    SUM(days.discounted_order_count) AS discount_orders,
    SUM(
      CASE
        WHEN days.gap_days <= DATE_DIFF('DAY', @month_start(days.order_date), days.order_date)
        THEN 0
        ELSE 1
      END
    ) AS active_months, /* Days with no other one before them in their month */
    SUM(days.high_value_order_count) AS high_value_orders,
    SUM(days.medium_value_order_count) AS medium_value_orders,
    SUM(days.low_value_order_count) AS low_value_orders,
    SUM(
      CASE
        WHEN days.order_date >= (
          as_of.as_of_date - @recent_days
        )::DATE
        THEN days.order_count
        ELSE 0
      END
    ) AS orders_last_30_days,
    SUM(days.new_product_count) AS unique_products,
    SUM(days.reordered_line_count) AS reordered_lines,
    SUM(days.positioned_line_count) AS positioned_lines,
    SUM(days.cart_position_sum) AS cart_positions,
    SUM(days.net_revenue_amount) AS total_spent,
    SUM(days.gross_margin_amount) AS total_margin,
    SUM(
      CASE
        WHEN days.order_date >= (
          as_of.as_of_date - @recent_days
        )::DATE
        THEN days.net_revenue_amount
        ELSE 0
      END
    ) AS spend_last_30_days,
    SUM(days.spent_cents) AS spent_cents,
    SUM(days.squared_spent_cents) AS squared_spent_cents,
    SUM(days.numbered_spent_cents) AS numbered_spent_cents,
    SUM(CASE WHEN @iso_weekday(days.order_date) >= 6 THEN days.order_count ELSE 0 END) AS weekend_orders,
    SUM(days.order_hour_sum) AS order_hours,
    MIN(days.order_date) AS first_order_date,
    MAX(days.order_date) AS last_order_date,
    MAX(as_of.as_of_date) AS as_of_date
  FROM intermediate.int_customer_days AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    days.order_date < as_of.as_of_date
  GROUP BY
    days.customer_id
)
SELECT
  days.customer_id::TEXT AS customer_id,
  orders.payment_methods::TEXT AS payment_methods,
  days.total_orders::BIGINT AS total_orders,
  days.total_items::BIGINT AS total_items,
  days.discount_orders::BIGINT AS discount_orders,
  days.active_months::BIGINT AS active_months,
  days.high_value_orders::BIGINT AS high_value_orders,
  days.medium_value_orders::BIGINT AS medium_value_orders,
  days.low_value_orders::BIGINT AS low_value_orders,
  days.orders_last_30_days::BIGINT AS orders_last_30_days,
  days.unique_products::BIGINT AS unique_products,
  DATE_DIFF('DAY', days.first_order_date, days.last_order_date)::BIGINT AS lifespan_days,
  DATE_DIFF('DAY', days.last_order_date, days.as_of_date)::BIGINT AS days_since_last_order,
  days.spent_cents::BIGINT AS spent_cents,
  days.squared_spent_cents::BIGINT AS squared_spent_cents,
  days.numbered_spent_cents::BIGINT AS numbered_spent_cents,
  days.total_spent::DECIMAL(18, 2) AS total_spent,
  days.total_margin::DECIMAL(18, 2) AS total_margin,
  days.spend_last_30_days::DECIMAL(18, 2) AS spend_last_30_days,
  @safe_divide(days.total_spent, days.total_orders)::DOUBLE AS avg_order_value,
  CASE
    WHEN days.total_orders >= 2
    THEN @stddev_of_sums(days.total_orders, days.spent_cents, days.squared_spent_cents) / 100
  END::DOUBLE AS stddev_order_value,
  (
    days.total_orders::DOUBLE / GREATEST(DATE_DIFF('DAY', days.first_order_date, days.last_order_date) / @days_per_month, 1)
  )::DOUBLE AS orders_per_month,
  @safe_divide(DATE_DIFF('DAY', days.first_order_date, days.last_order_date), days.total_orders - 1)::DOUBLE AS mean_order_gap_days,
  orders.median_order_gap_days::DOUBLE AS median_order_gap_days,
  orders.max_order_gap_days::BIGINT AS max_order_gap_days,
  @safe_divide(days.reordered_lines, days.total_lines)::DOUBLE AS reorder_rate,
  @safe_divide(days.total_items, days.total_orders)::DOUBLE AS avg_basket_size,
  @safe_divide(days.cart_positions, days.positioned_lines)::DOUBLE AS mean_cart_position,
  @safe_divide(days.weekend_orders, days.total_orders)::DOUBLE AS weekend_share,
  @safe_divide(days.order_hours, days.total_orders)::DOUBLE AS mean_order_hour,
  days.first_order_date::DATE AS first_order_date,
  days.last_order_date::DATE AS last_order_date
FROM days
INNER JOIN orders
  ON days.customer_id = orders.customer_id
