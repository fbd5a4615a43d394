MODEL (
  name intermediate.int_orders,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain order_id,
  references (
    customer_id
  ),
  depends_on (
    staging.stg_customers
  ),
  audits (
    not_null(columns := (order_id, customer_id, order_date)),
    unique_combination_of_columns(columns := (
      order_id
    )),
    same_row_count(table_name := staging.stg_orders, condition := @in_interval(order_date)),
    order_numbers_without_gaps(history := staging.stg_orders),
    sums_agree(
      "column" := gross_amount,
      other_table := staging.stg_orders,
      other_column := order_amount,
      other_condition := @in_interval(order_date)
    ),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := staging.stg_orders,
      other_column := CASE WHEN is_valid_sale THEN order_amount - discount_amount END,
      other_condition := @in_interval(order_date)
    ),
    foreign_key(
      "column" := customer_id,
      parent_table := staging.stg_customers,
      parent_column := customer_id,
      condition := NOT child.is_guest
    )
  ),
  description 'Orders with their money and their place in the life of the customer; what happens later to an order is in marts.fct_returns and marts.fct_payments. One row per order. Answers: what did an order earn, is it the first of its customer, how long after the one before?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    customer_id = 'The shop''s id of the customer',
    order_status = 'Where the order stands: pending, paid, shipped, delivered, cancelled, refunded',
    currency = 'Currency of the amounts, ISO 4217',
    payment_method = 'How the customer paid',
    shipping_method = 'How the order is delivered',
    promo_code = 'Promotion code used',
    shipping_country = 'Country of delivery, ISO 3166 alpha-2',
    order_value_tier = 'High, Medium or Low by value of the goods',
    part_of_day = 'Part of the business day: morning 6-11, afternoon 12-17, evening 18-22, else night',
    gross_amount = 'Goods before discount',
    discount_amount = 'Discount on the goods',
    net_revenue_amount = 'Goods after discount; zero unless a valid sale',
    cost_amount = 'Cost of the goods, zero unless a valid sale; null where the cost of any product in it is unknown',
    gross_margin_amount = 'Net revenue less cost of the goods; null where a cost is unknown',
    shipping_amount = 'Shipping charged',
    tax_amount = 'Tax charged',
    total_amount = 'Goods + shipping + tax - discount',
    line_count = 'Lines',
    item_count = 'Units',
    customer_order_number = 'Number of the order among the valid sales of its customer, from 1; null for guests and invalid sales',
    days_since_prior_order = 'Days since the customer''s order before; null for the first',
    order_hour = 'Hour of the business day, 0 to 23',
    is_guest = 'The order belongs to nobody known: it counts in revenue and products, not per customer',
    is_valid_sale = 'Neither cancelled nor refunded',
    is_first_order = 'First valid sale of its customer',
    is_weekend = 'Placed on Saturday or Sunday',
    used_discount = 'A discount was given',
    order_date = 'Day of the order in the business time zone',
    ordered_at = 'When the order was placed, UTC'
  )
);

@forget_moved(order_id, order_date, staging.stg_orders, order_date);

WITH items AS (
  SELECT
    order_id,
    COUNT(*) AS line_count,
    SUM(quantity)::BIGINT AS item_count,
    CASE WHEN COUNT(*) = COUNT(cost_amount) THEN SUM(cost_amount)::DECIMAL(18, 2) END AS cost_amount /* A cost that is unknown for one line is unknown for the order. */
  FROM intermediate.int_order_items
  WHERE
    order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
  GROUP BY
    order_id
), sequence AS (
  SELECT
    order_id,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) AS customer_order_number,
    DATE_DIFF('DAY', LAG(order_date) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id), order_date) AS days_since_prior_order
  FROM staging.stg_orders
  WHERE
    is_valid_sale
    AND NOT is_guest
    AND order_date <= @end_ds::DATE
    AND customer_id IN (
      SELECT
        customer_id
      FROM staging.stg_orders
      WHERE
        order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
    )
), orders_with_parts AS (
  SELECT
    orders.order_id,
    orders.customer_id,
    orders.order_status,
    orders.currency,
    orders.payment_method,
    orders.shipping_method,
    orders.promo_code,
    orders.shipping_country,
    orders.order_value_tier,
    orders.order_amount,
    orders.discount_amount,
    CASE WHEN orders.is_valid_sale THEN orders.order_amount - orders.discount_amount ELSE 0 END AS net_revenue_amount,
    items.cost_amount,
    orders.shipping_amount,
    orders.tax_amount,
    orders.total_amount,
    items.line_count,
    items.item_count,
    sequence.customer_order_number,
    sequence.days_since_prior_order,
    EXTRACT(HOUR FROM @business_time(orders.ordered_at)) AS order_hour,
    orders.is_guest,
    orders.is_valid_sale,
    orders.used_discount,
    orders.order_date,
    orders.ordered_at
  FROM staging.stg_orders AS orders
  LEFT JOIN items
    ON orders.order_id = items.order_id
  LEFT JOIN sequence
    ON orders.order_id = sequence.order_id
  WHERE
    orders.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  order_id::TEXT AS order_id,
  customer_id::TEXT AS customer_id,
  order_status::TEXT AS order_status,
  currency::TEXT AS currency,
  payment_method::TEXT AS payment_method,
  shipping_method::TEXT AS shipping_method,
  promo_code::TEXT AS promo_code,
  shipping_country::TEXT AS shipping_country,
  order_value_tier::TEXT AS order_value_tier,
  CASE
    WHEN order_hour BETWEEN 6 AND 11
    THEN 'morning'
    WHEN order_hour BETWEEN 12 AND 17
    THEN 'afternoon'
    WHEN order_hour BETWEEN 18 AND 22
    THEN 'evening'
    ELSE 'night'
  END::TEXT AS part_of_day,
  order_amount::DECIMAL(18, 2) AS gross_amount,
  discount_amount::DECIMAL(18, 2) AS discount_amount,
  net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  cost_amount::DECIMAL(18, 2) AS cost_amount,
  (
    net_revenue_amount - cost_amount
  )::DECIMAL(18, 2) AS gross_margin_amount,
  shipping_amount::DECIMAL(18, 2) AS shipping_amount,
  tax_amount::DECIMAL(18, 2) AS tax_amount,
  total_amount::DECIMAL(18, 2) AS total_amount,
  COALESCE(line_count, 0)::BIGINT AS line_count,
  COALESCE(item_count, 0)::BIGINT AS item_count,
  customer_order_number::BIGINT AS customer_order_number,
  days_since_prior_order::BIGINT AS days_since_prior_order,
  order_hour::INT AS order_hour,
  is_guest::BOOLEAN AS is_guest,
  is_valid_sale::BOOLEAN AS is_valid_sale,
  COALESCE(customer_order_number = 1, FALSE)::BOOLEAN AS is_first_order,
  (
    @iso_weekday(order_date) >= 6
  )::BOOLEAN AS is_weekend,
  used_discount::BOOLEAN AS used_discount,
  order_date::DATE AS order_date,
  ordered_at::TIMESTAMP AS ordered_at
FROM orders_with_parts
