MODEL (
  name intermediate.int_product_summary,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain product_id,
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, order_count, units_sold, net_revenue_amount)),
    unique_values(columns := (
      product_id
    )),
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_product_days,
      other_column := net_revenue_amount,
      other_condition := date_day < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'What each product has sold so far and of late, as of the as-of date. One row per product with a sale or a return. Answers: how much did a product sell, how lately, to how many, and what came back?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    order_count = 'Valid sales with the product so far',
    line_count = 'Order lines so far',
    units_sold = 'Units so far',
    units_last_30_days = 'Units in the days that count as recent (recent_days)',
    trend_units = 'Units in the days the trend looks at (trend_days)',
    trend_baseline_units = 'Units in the days before those (trend_baseline_days)',
    customer_count = 'Known customers who ever bought the product',
    known_line_count = 'Order lines of known customers',
    reorder_line_count = 'Order lines of known customers who had bought the product before',
    first_in_cart_count = 'Orders in which the product was the first in the cart',
    units_returned = 'Units that came back so far',
    mean_cart_position = 'Mean place in the cart, from 1; null where it is not known',
    gross_amount = 'Goods before discount so far',
    discount_amount = 'Discount so far',
    net_revenue_amount = 'Goods after discount so far',
    net_revenue_last_30_days = 'Goods after discount in the days that count as recent',
    refund_amount = 'Money given back for returns so far',
    first_sold_date = 'Day of the first sale',
    last_sold_date = 'Day of the last sale',
    as_of_date = 'The day after the last complete day of orders'
  )
);

WITH days AS (
  SELECT
    days.product_id,
    days.order_count,
    days.line_count,
    days.units_sold,
    days.new_customer_count,
    days.known_line_count,
    days.reorder_line_count,
    days.first_in_cart_count,
    days.positioned_line_count,
    days.cart_positions,
    days.units_returned,
    days.gross_amount,
    days.discount_amount,
    days.net_revenue_amount,
    days.refund_amount,
    days.date_day,
    as_of.as_of_date,
    DATE_DIFF('DAY', days.date_day, as_of.as_of_date) AS age_days
  FROM intermediate.int_product_days AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    days.date_day < as_of.as_of_date
)
SELECT
  product_id::TEXT AS product_id,
  SUM(order_count)::BIGINT AS order_count,
  SUM(line_count)::BIGINT AS line_count,
  SUM(units_sold)::BIGINT AS units_sold,
  SUM(CASE WHEN age_days <= @recent_days THEN units_sold ELSE 0 END)::BIGINT AS units_last_30_days,
  SUM(CASE WHEN age_days <= @trend_days THEN units_sold ELSE 0 END)::BIGINT AS trend_units,
  SUM(
    CASE
      WHEN age_days > @trend_days AND age_days <= @trend_days + @trend_baseline_days
      THEN units_sold
      ELSE 0
    END
  )::BIGINT AS trend_baseline_units,
  SUM(new_customer_count)::BIGINT AS customer_count,
  SUM(known_line_count)::BIGINT AS known_line_count,
  SUM(reorder_line_count)::BIGINT AS reorder_line_count,
  SUM(first_in_cart_count)::BIGINT AS first_in_cart_count,
  SUM(units_returned)::BIGINT AS units_returned,
  @safe_divide(SUM(cart_positions), SUM(positioned_line_count))::DOUBLE AS mean_cart_position,
  SUM(gross_amount)::DECIMAL(18, 2) AS gross_amount,
  SUM(discount_amount)::DECIMAL(18, 2) AS discount_amount,
  SUM(net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(CASE WHEN age_days <= @recent_days THEN net_revenue_amount ELSE 0 END)::DECIMAL(18, 2) AS net_revenue_last_30_days,
  SUM(refund_amount)::DECIMAL(18, 2) AS refund_amount,
  MIN(CASE WHEN order_count > 0 THEN date_day END)::DATE AS first_sold_date,
  MAX(CASE WHEN order_count > 0 THEN date_day END)::DATE AS last_sold_date,
  MAX(as_of_date)::DATE AS as_of_date
FROM days
GROUP BY
  product_id
