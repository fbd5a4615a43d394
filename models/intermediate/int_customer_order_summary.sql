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

WITH order_history AS (
  SELECT
    orders.customer_id,
    @value_list(orders.payment_method) AS payment_methods,
    COUNT(*) AS total_orders,
    SUM(orders.item_count) AS total_items,
    SUM(CASE WHEN orders.used_discount THEN 1 ELSE 0 END) AS discount_orders,
    COUNT(DISTINCT @month_start(orders.order_date)) AS active_months,
    SUM(CASE WHEN orders.order_value_tier = 'High' THEN 1 ELSE 0 END) AS high_value_orders,
    SUM(CASE WHEN orders.order_value_tier = 'Medium' THEN 1 ELSE 0 END) AS medium_value_orders,
    SUM(CASE WHEN orders.order_value_tier = 'Low' THEN 1 ELSE 0 END) AS low_value_orders,
    SUM(CASE WHEN orders.order_date >= (
      as_of.as_of_date - @recent_days
    )::DATE THEN 1 ELSE 0 END) AS orders_last_30_days,
    SUM(orders.net_revenue_amount) AS total_spent,
    SUM(orders.gross_margin_amount) AS total_margin,
    SUM(
      CASE
        WHEN orders.order_date >= (
          as_of.as_of_date - @recent_days
        )::DATE
        THEN orders.net_revenue_amount
        ELSE 0
      END
    ) AS spend_last_30_days,
    SUM((
      orders.net_revenue_amount * 100
    )::BIGINT) AS spent_cents,
    SUM((
      orders.net_revenue_amount * 100
    )::BIGINT * (
      orders.net_revenue_amount * 100
    )::BIGINT) AS squared_spent_cents,
    @quantile(orders.days_since_prior_order, 0.5) AS median_order_gap_days,
    MAX(orders.days_since_prior_order) AS max_order_gap_days,
    SUM(CASE WHEN orders.is_weekend THEN 1 ELSE 0 END) AS weekend_orders,
    SUM(orders.order_hour) AS order_hours,
    MIN(orders.order_date) AS first_order_date,
    MAX(orders.order_date) AS last_order_date,
    MAX(as_of.as_of_date) AS as_of_date
  FROM intermediate.int_orders AS orders
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    orders.is_valid_sale AND NOT orders.is_guest AND orders.order_date < as_of.as_of_date
  GROUP BY
    orders.customer_id
), item_history AS (
  SELECT
    items.customer_id,
    COUNT(DISTINCT items.product_id) AS unique_products,
    COUNT(*) AS total_lines,
    SUM(CASE WHEN items.is_reorder THEN 1 ELSE 0 END) AS reordered_lines,
    COUNT(items.cart_position) AS positioned_lines,
    SUM(items.cart_position) AS cart_positions
  FROM intermediate.int_order_items AS items
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    items.is_valid_sale AND NOT items.is_guest AND items.order_date < as_of.as_of_date
  GROUP BY
    items.customer_id
)
SELECT
  orders.customer_id::TEXT AS customer_id,
  orders.payment_methods::TEXT AS payment_methods,
  orders.total_orders::BIGINT AS total_orders,
  orders.total_items::BIGINT AS total_items,
  orders.discount_orders::BIGINT AS discount_orders,
  orders.active_months::BIGINT AS active_months,
  orders.high_value_orders::BIGINT AS high_value_orders,
  orders.medium_value_orders::BIGINT AS medium_value_orders,
  orders.low_value_orders::BIGINT AS low_value_orders,
  orders.orders_last_30_days::BIGINT AS orders_last_30_days,
  COALESCE(items.unique_products, 0)::BIGINT AS unique_products,
  DATE_DIFF('DAY', orders.first_order_date, orders.last_order_date)::BIGINT AS lifespan_days,
  DATE_DIFF('DAY', orders.last_order_date, orders.as_of_date)::BIGINT AS days_since_last_order,
  orders.total_spent::DECIMAL(18, 2) AS total_spent,
  orders.total_margin::DECIMAL(18, 2) AS total_margin,
  orders.spend_last_30_days::DECIMAL(18, 2) AS spend_last_30_days,
  @safe_divide(orders.total_spent, orders.total_orders)::DOUBLE AS avg_order_value,
  CASE
    WHEN orders.total_orders >= 2
    THEN @stddev_of_sums(orders.total_orders, orders.spent_cents, orders.squared_spent_cents) / 100
  END::DOUBLE AS stddev_order_value,
  (
    orders.total_orders::DOUBLE / GREATEST(DATE_DIFF('DAY', orders.first_order_date, orders.last_order_date) / @days_per_month, 1)
  )::DOUBLE AS orders_per_month,
  @safe_divide(DATE_DIFF('DAY', orders.first_order_date, orders.last_order_date), orders.total_orders - 1)::DOUBLE AS mean_order_gap_days,
  orders.median_order_gap_days::DOUBLE AS median_order_gap_days,
  orders.max_order_gap_days::BIGINT AS max_order_gap_days,
  @safe_divide(items.reordered_lines, items.total_lines)::DOUBLE AS reorder_rate,
  @safe_divide(orders.total_items, orders.total_orders)::DOUBLE AS avg_basket_size,
  @safe_divide(items.cart_positions, items.positioned_lines)::DOUBLE AS mean_cart_position,
  @safe_divide(orders.weekend_orders, orders.total_orders)::DOUBLE AS weekend_share,
  @safe_divide(orders.order_hours, orders.total_orders)::DOUBLE AS mean_order_hour,
  orders.first_order_date::DATE AS first_order_date,
  orders.last_order_date::DATE AS last_order_date
FROM order_history AS orders
LEFT JOIN item_history AS items
  ON orders.customer_id = items.customer_id
