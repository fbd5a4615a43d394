MODEL (
  name marts.@table_name,
  kind FULL,
  blueprints (
    (
      table_name := mart_product_performance_hour,
      period := hour,
      source := int_product_hours,
      moment := hour_start
    ),
    (
      table_name := mart_product_performance_day,
      period := day,
      source := int_product_days,
      moment := date_day
    ),
    (
      table_name := mart_product_performance_week,
      period := week,
      source := int_product_days,
      moment := date_day
    ),
    (
      table_name := mart_product_performance_month,
      period := month,
      source := int_product_days,
      moment := date_day
    )
  ),
  owner product_team,
  cron '@daily',
  tags (mart, products),
  grain (product_id, period_start),
  depends_on (
    marts.dim_products
  ),
  audits (
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.@source,
      other_column := net_revenue_amount,
      other_condition := @moment < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'What each product sold in each hour (of the last weeks, hourly_history_days), day, week or month: one table each. One row per product and period with a sale. Answers: when does a product sell, at what price and margin, how does it stand among the others, and how does that change? Returns come later than the sale and stand in mart_product_performance.',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    product_name = 'Name of the product',
    department_name = 'Name of the department',
    order_count = 'Valid sales with the product',
    units_sold = 'Units',
    customer_count = 'Known customers who bought it; who bought on several days of a week or month counts on each',
    new_customer_count = 'Known customers who bought it for the first time',
    first_in_cart_count = 'Orders in which it was the first in the cart',
    rank_overall = 'Rank in the period by net revenue, of equal ones the smaller id first',
    rank_in_department = 'Rank in the period within the department',
    net_revenue_amount = 'Goods after discount',
    discount_amount = 'Discount',
    gross_margin_amount = 'Net revenue less units at the present cost of one; null where that is unknown',
    mean_price_paid = 'Net revenue per unit',
    revenue_share = 'Share of the net revenue of the period',
    reorder_rate = 'Share of the order lines of known customers that are repeat purchases; null without such lines',
    mean_cart_position = 'Mean place in the cart, from 1; null where it is not known',
    is_complete = 'The period was over by the as-of date',
    period_start = 'Start of the period in the business time zone; weeks start on Monday'
  )
);

WITH periods AS (
  SELECT
    facts.product_id,
    DATE_TRUNC(@period, facts.@moment)::TIMESTAMP AS period_start,
    SUM(facts.order_count) AS order_count,
    SUM(facts.units_sold) AS units_sold,
    SUM(facts.customer_count) AS customer_count,
    SUM(facts.new_customer_count) AS new_customer_count,
    SUM(facts.known_line_count) AS known_line_count,
    SUM(facts.reorder_line_count) AS reorder_line_count,
    SUM(facts.first_in_cart_count) AS first_in_cart_count,
    SUM(facts.positioned_line_count) AS positioned_line_count,
    SUM(facts.cart_positions) AS cart_positions,
    SUM(facts.discount_amount) AS discount_amount,
    SUM(facts.net_revenue_amount) AS net_revenue_amount,
    MAX(as_of.as_of_date) AS as_of_date
  FROM intermediate.@source AS facts
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    facts.@moment < as_of.as_of_date AND facts.order_count > 0
  GROUP BY
    facts.product_id,
    DATE_TRUNC(@period, facts.@moment)::TIMESTAMP
)
SELECT
  periods.product_id::TEXT AS product_id,
  products.product_name::TEXT AS product_name,
  products.department_name::TEXT AS department_name,
  periods.order_count::BIGINT AS order_count,
  periods.units_sold::BIGINT AS units_sold,
  periods.customer_count::BIGINT AS customer_count,
  periods.new_customer_count::BIGINT AS new_customer_count,
  periods.first_in_cart_count::BIGINT AS first_in_cart_count,
  ROW_NUMBER() OVER (PARTITION BY periods.period_start ORDER BY periods.net_revenue_amount DESC, periods.product_id)::BIGINT AS rank_overall,
  ROW_NUMBER() OVER (
    PARTITION BY periods.period_start, products.department_id
    ORDER BY periods.net_revenue_amount DESC, periods.product_id
  )::BIGINT AS rank_in_department,
  periods.net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  periods.discount_amount::DECIMAL(18, 2) AS discount_amount,
  (
    periods.net_revenue_amount - periods.units_sold * products.unit_cost
  )::DECIMAL(18, 2) AS gross_margin_amount,
  @safe_divide(periods.net_revenue_amount, periods.units_sold)::DOUBLE AS mean_price_paid,
  @safe_divide(periods.net_revenue_amount, SUM(periods.net_revenue_amount) OVER (PARTITION BY periods.period_start))::DOUBLE AS revenue_share,
  @safe_divide(periods.reorder_line_count, periods.known_line_count)::DOUBLE AS reorder_rate,
  @safe_divide(periods.cart_positions, periods.positioned_line_count)::DOUBLE AS mean_cart_position,
  (
    periods.period_start + INTERVAL '1' @period <= periods.as_of_date
  )::BOOLEAN AS is_complete,
  periods.period_start::TIMESTAMP AS period_start
FROM periods
INNER JOIN intermediate.int_products AS products
  ON periods.product_id = products.product_id
