MODEL (
  name intermediate.int_campaign_orders,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (order_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner marketing_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (order_id, campaign_id),
  references (order_id, campaign_id, customer_id),
  audits (
    not_null(columns := (order_id, campaign_id, customer_id, order_date)),
    unique_combination_of_columns(columns := (order_id, campaign_id)),
    accepted_range("column" := linear_share, min_v := 0, max_v := 1, inclusive := TRUE),
    one_credit_per_order
  ),
  description 'Which campaigns may claim an order: those that contacted its customer within the attribution window, counted in full days of 24 hours back from the order. Contacts are what was sent, opened or clicked; an assignment alone is none. The first and the last contact get the order as a whole, in the linear view every contact an equal part. One row per valid order of a known customer and campaign. Answers: which campaigns came before an order, which one first, which one last, and what share is whose?',
  column_descriptions (
    order_id = 'The shop''s id of the order',
    campaign_id = 'The shop''s id of the campaign',
    customer_id = 'The shop''s id of the customer',
    contact_count = 'Contacts of the campaign with the customer in the window',
    net_revenue_amount = 'Goods after discount of the whole order',
    gross_margin_amount = 'Gross margin of the whole order; null where a cost is unknown',
    linear_share = 'Contacts of the campaign as a share of all contacts in the window; the shares of an order add up to 1',
    is_first_touch = 'The first contact in the window was of this campaign',
    is_last_touch = 'The last contact in the window was of this campaign',
    is_first_order = 'The order is the first valid sale of its customer',
    order_date = 'Day of the order in the business time zone',
    first_touched_at = 'First contact of the campaign in the window, UTC',
    last_touched_at = 'Last contact of the campaign in the window, UTC'
  )
);

@forget_moved(order_id, order_date, intermediate.int_orders, order_date);

WITH contacts AS (
  SELECT
    touch_id,
    campaign_id,
    customer_id,
    touched_at
  FROM staging.stg_campaign_touches
  WHERE
    touch_type <> 'assigned'
    AND touched_date BETWEEN (
      @start_ds::DATE - @attribution_window_days - 1
    )::DATE AND @end_ds::DATE
), contacts_before_orders AS (
  SELECT
    orders.order_id,
    contacts.campaign_id,
    orders.customer_id,
    orders.net_revenue_amount,
    orders.gross_margin_amount,
    orders.is_first_order,
    orders.order_date,
    contacts.touched_at,
    COUNT(*) OVER (PARTITION BY orders.order_id) AS order_contact_count,
    ROW_NUMBER() OVER (PARTITION BY orders.order_id ORDER BY contacts.touched_at, contacts.touch_id) AS contact_number
  FROM intermediate.int_orders AS orders
  INNER JOIN contacts
    ON orders.customer_id = contacts.customer_id
    AND contacts.touched_at <= orders.ordered_at
    AND contacts.touched_at >= orders.ordered_at - INTERVAL '1' DAY * @attribution_window_days
  WHERE
    orders.is_valid_sale
    AND NOT orders.is_guest
    AND orders.order_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  order_id::TEXT AS order_id,
  campaign_id::TEXT AS campaign_id,
  customer_id::TEXT AS customer_id,
  COUNT(*)::BIGINT AS contact_count,
  MAX(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  MAX(gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount,
  @safe_divide(COUNT(*), MAX(order_contact_count))::DOUBLE AS linear_share,
  (
    MIN(contact_number) = 1
  )::BOOLEAN AS is_first_touch,
  (
    MAX(contact_number) = MAX(order_contact_count)
  )::BOOLEAN AS is_last_touch,
  is_first_order::BOOLEAN AS is_first_order,
  order_date::DATE AS order_date,
  MIN(touched_at)::TIMESTAMP AS first_touched_at,
  MAX(touched_at)::TIMESTAMP AS last_touched_at
FROM contacts_before_orders
GROUP BY
  order_id,
  campaign_id,
  customer_id,
  is_first_order,
  order_date
