MODEL (
  name intermediate.int_customer_behaviour,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain customer_id,
  references (
    customer_id
  ),
  audits (
    not_null(columns := (
      customer_id
    )),
    unique_combination_of_columns(columns := (
      customer_id
    )),
    forall(
      criteria := (
        spending_trend BETWEEN -1 AND 1,
        purchase_volatility >= 0,
        price_sensitivity BETWEEN 0 AND 1,
        promotion_responsiveness BETWEEN 0 AND 1,
        brand_loyalty BETWEEN 0 AND 1
      )
    ),
    same_row_count(table_name := intermediate.int_customer_order_summary)
  ),
  description 'How each customer buys, as of the as-of date. One row per customer with a valid sale. Answers: does a customer spend more and more, evenly, for the price, after campaigns, out of love for a brand?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    top_brand = 'Brand of most units, of several the first by name; null where no brand is known',
    touch_count = 'Touches of campaigns whose attribution window is over; null without',
    spending_trend = 'Correlation of the value of an order with its number, -1 to 1; null below trend_min_orders orders and where all are equal',
    purchase_volatility = 'Standard deviation of the value of an order in units of its mean; null below two orders and for a mean of zero',
    price_sensitivity = 'Share of units bought below list price, 0 to 1; null where the lines of the orders are not known',
    promotion_responsiveness = 'Share of touches of campaigns that an order followed within the attribution window, 0 to 1; null without touches',
    brand_loyalty = 'Share of the units of known brands that are of the top brand, 0 to 1; null where no brand is known'
  )
);

WITH brands AS (
  SELECT
    days.customer_id,
    days.brand,
    SUM(days.unit_count) AS unit_count,
    SUM(days.reduced_unit_count) AS reduced_unit_count
  FROM intermediate.int_customer_behaviour_items AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    days.order_date < as_of.as_of_date
  GROUP BY
    days.customer_id,
    days.brand
), units AS (
  SELECT
    customer_id,
    SUM(unit_count) AS unit_count,
    SUM(reduced_unit_count) AS reduced_unit_count,
    SUM(CASE WHEN NOT brand IS NULL THEN unit_count END) AS branded_unit_count,
    MAX(CASE WHEN NOT brand IS NULL THEN unit_count END) AS top_brand_unit_count
  FROM brands
  GROUP BY
    customer_id
), top_brands AS (
  SELECT
    brands.customer_id,
    MIN(brands.brand) AS top_brand
  FROM brands
  INNER JOIN units
    ON brands.customer_id = units.customer_id AND brands.unit_count = units.top_brand_unit_count
  WHERE
    NOT brands.brand IS NULL
  GROUP BY
    brands.customer_id
), touches AS (
  SELECT
    days.customer_id,
    SUM(days.touch_count) AS touch_count,
    SUM(days.answered_touch_count) AS answered_touch_count
  FROM intermediate.int_customer_behaviour_touches AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    days.window_end_date < as_of.as_of_date
  GROUP BY
    days.customer_id
)
SELECT
  history.customer_id::TEXT AS customer_id,
  top_brands.top_brand::TEXT AS top_brand,
  touches.touch_count::BIGINT AS touch_count,
  CASE
    WHEN history.total_orders >= @trend_min_orders
    THEN @trend_of_sums(history.total_orders, history.spent_cents, history.squared_spent_cents, history.numbered_spent_cents)
  END::DOUBLE AS spending_trend,
  CASE
    WHEN history.total_orders >= 2
    THEN @safe_divide(
      @stddev_of_sums(history.total_orders, history.spent_cents, history.squared_spent_cents),
      @safe_divide(history.spent_cents, history.total_orders)
    )
  END::DOUBLE AS purchase_volatility,
  @safe_divide(units.reduced_unit_count, units.unit_count)::DOUBLE AS price_sensitivity,
  @safe_divide(touches.answered_touch_count, touches.touch_count)::DOUBLE AS promotion_responsiveness,
  @safe_divide(units.top_brand_unit_count, units.branded_unit_count)::DOUBLE AS brand_loyalty
FROM intermediate.int_customer_order_summary AS history
LEFT JOIN units
  ON history.customer_id = units.customer_id
LEFT JOIN top_brands
  ON history.customer_id = top_brands.customer_id
LEFT JOIN touches
  ON history.customer_id = touches.customer_id
