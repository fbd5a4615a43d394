MODEL (
  name staging.stg_orders,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain order_id,
  references (
    customer_id
  ),
  audits (
    not_null(columns := (order_id, customer_id, order_date)),
    unique_values(columns := (
      order_id
    )),
    accepted_values(
      "column" := order_status,
      is_in := ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')
    ),
    one_currency(expected := @reporting_currency, set_by := 'PATRON_CURRENCY'),
    rows_conserved(checked_model := staging.checked_orders),
    rejected_share_below(checked_model := staging.checked_orders)
  ),
  description 'Orders that count, cancelled and refunded ones too. One row per order. Answers: what was ordered when, by whom and for how much?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    customer_id = 'The shop''s id of the customer',
    order_status = 'Where the order stands: pending, paid, shipped, delivered, cancelled, refunded',
    currency = 'Currency of the amounts, ISO 4217',
    payment_method = 'How the customer paid',
    shipping_method = 'How the order is delivered',
    promo_code = 'Promotion code used, in upper case',
    shipping_country = 'Country of delivery, ISO 3166 alpha-2',
    shipping_state = 'State of delivery',
    order_value_tier = 'High, Medium or Low by value of the goods',
    order_amount = 'Goods before discount',
    shipping_amount = 'Shipping charged',
    tax_amount = 'Tax charged',
    discount_amount = 'Discount on the goods',
    total_amount = 'Goods + shipping + tax - discount',
    is_guest = 'The order belongs to nobody known: it counts in revenue and products, not per customer',
    is_valid_sale = 'Neither cancelled nor refunded',
    used_discount = 'A discount was given',
    order_date = 'Day of the order in the business time zone',
    ordered_at = 'When the order was placed, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

@forget_moved(order_id, order_date, staging.checked_orders);

SELECT
  orders.order_id::TEXT AS order_id,
  orders.customer_id::TEXT AS customer_id,
  orders.order_status::TEXT AS order_status,
  UPPER(TRIM(orders.currency))::TEXT AS currency,
  NULLIF(LOWER(TRIM(orders.payment_method)), '')::TEXT AS payment_method,
  NULLIF(LOWER(TRIM(orders.shipping_method)), '')::TEXT AS shipping_method,
  NULLIF(UPPER(TRIM(orders.promo_code)), '')::TEXT AS promo_code,
  NULLIF(UPPER(TRIM(orders.shipping_country)), '')::TEXT AS shipping_country,
  NULLIF(TRIM(orders.shipping_state), '')::TEXT AS shipping_state,
  @band(orders.order_amount, @order_value_tiers)::TEXT AS order_value_tier,
  orders.order_amount::DECIMAL(18, 2) AS order_amount,
  COALESCE(orders.shipping_amount, 0)::DECIMAL(18, 2) AS shipping_amount,
  COALESCE(orders.tax_amount, 0)::DECIMAL(18, 2) AS tax_amount,
  COALESCE(orders.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  (
    orders.order_amount + COALESCE(orders.shipping_amount, 0) + COALESCE(orders.tax_amount, 0) - COALESCE(orders.discount_amount, 0)
  )::DECIMAL(18, 2) AS total_amount,
  (
    orders.customer_id = @guest_customer_id
  )::BOOLEAN AS is_guest,
  (
    NOT orders.order_status IN ('cancelled', 'refunded')
  )::BOOLEAN AS is_valid_sale,
  (
    COALESCE(orders.discount_amount, 0) > 0
  )::BOOLEAN AS used_discount,
  checked.event_date::DATE AS order_date,
  orders.ordered_at::TIMESTAMP AS ordered_at,
  orders.updated_at::TIMESTAMP AS updated_at
FROM raw.orders AS orders
INNER JOIN staging.checked_orders AS checked
  ON orders.order_id = checked.order_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
