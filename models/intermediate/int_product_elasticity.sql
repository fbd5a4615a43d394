MODEL (
  name intermediate.int_product_elasticity,
  kind FULL,
  owner product_team,
  cron '@weekly',
  tags (
    intermediate
  ),
  grain product_id,
  references (
    product_id
  ),
  audits (
    not_null(columns := (product_id, price_point_count, line_count)),
    unique_values(columns := (
      product_id
    )),
    accepted_range("column" := price_elasticity_error, min_v := 0)
  ),
  description 'How the demand of each product answers to its price: the slope of the logarithm of order lines per order line of the shop over the logarithm of the price, one point per price (before discounts, which hang on customers), weighted with the lines. What the shop sold between two sales at different prices counts half for each. Null where too little was sold, or the price moved too little to tell (elasticity_min_lines, elasticity_min_price_points, elasticity_min_price_spread). One row per product with two days of sales. Answers: what does a price change of one percent do to demand, and how sure is that?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    price_point_count = 'Different prices at which it was sold, each the mean of a day',
    line_count = 'Order lines that tell, those of the first day aside',
    price_spread = 'Standard deviation of the logarithm of the price, weighted with the lines',
    price_elasticity = 'Change of demand in percent when the price rises by one percent; usually negative',
    price_elasticity_error = 'Standard error of the elasticity, if sales are independent of each other'
  )
);

WITH shop_days AS (
  SELECT
    days.date_day,
    SUM(SUM(days.line_count)) OVER (ORDER BY days.date_day) AS shop_lines_so_far
  FROM intermediate.int_product_days AS days
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    days.date_day < as_of.as_of_date
  GROUP BY
    days.date_day
), priced_days AS (
  SELECT
    days.product_id,
    days.line_count,
    days.date_day,
    (
      days.gross_amount::DOUBLE / NULLIF(days.units_sold, 0)
    )::DECIMAL(18, 2) AS price,
    shop_days.shop_lines_so_far
  FROM intermediate.int_product_days AS days
  INNER JOIN shop_days
    ON days.date_day = shop_days.date_day
  WHERE
    days.units_sold > 0 AND days.gross_amount > 0
), neighbours AS (
  SELECT
    product_id,
    line_count,
    price,
    LAG(price) OVER (PARTITION BY product_id ORDER BY date_day) AS price_before,
    shop_lines_so_far - LAG(shop_lines_so_far) OVER (PARTITION BY product_id ORDER BY date_day) AS shop_lines
  FROM priced_days
), price_points AS (
  SELECT
    product_id,
    price,
    SUM(line_count) AS line_count,
    SUM(shop_lines) AS shop_lines
  FROM (
    SELECT
      product_id,
      price,
      line_count,
      CASE WHEN price = price_before THEN shop_lines ELSE shop_lines / 2.0 END::DECIMAL(18, 1) AS shop_lines
    FROM neighbours
    WHERE
      NOT price_before IS NULL
    UNION ALL
    SELECT
      product_id,
      price_before AS price,
      0 AS line_count,
      (
        shop_lines / 2.0
      )::DECIMAL(18, 1) AS shop_lines
    FROM neighbours
    WHERE
      price <> price_before
  ) AS exposures
  GROUP BY
    product_id,
    price
), logarithms AS (
  SELECT
    product_id,
    line_count AS w,
    LN(price::DOUBLE) AS x,
    LN(line_count::DOUBLE / NULLIF(shop_lines, 0)) AS y
  FROM price_points
  WHERE
    line_count > 0 AND price > 0
), sums AS (
  SELECT
    product_id,
    COUNT(*) AS price_point_count,
    SUM(w)::DOUBLE AS w,
    SUM((
      w * x
    )::DECIMAL(18, 9))::DOUBLE AS wx,
    SUM((
      w * y
    )::DECIMAL(18, 9))::DOUBLE AS wy,
    SUM((
      w * x * y
    )::DECIMAL(18, 9))::DOUBLE AS wxy,
    SUM((
      w * x * x
    )::DECIMAL(18, 9))::DOUBLE AS wxx
  FROM logarithms
  GROUP BY
    product_id
), spreads AS (
  SELECT
    product_id,
    price_point_count,
    w,
    GREATEST(wxx - wx * wx / NULLIF(w, 0), 0) AS sxx,
    wxy - wx * wy / NULLIF(w, 0) AS sxy,
    SQRT(GREATEST(wxx - wx * wx / NULLIF(w, 0), 0) / NULLIF(w, 0)) AS price_spread,
    w >= @elasticity_min_lines
    AND price_point_count >= @elasticity_min_price_points
    AND SQRT(GREATEST(wxx - wx * wx / NULLIF(w, 0), 0) / NULLIF(w, 0)) >= @elasticity_min_price_spread AS is_told
  FROM sums
)
SELECT
  product_id::TEXT AS product_id,
  price_point_count::BIGINT AS price_point_count,
  w::BIGINT AS line_count,
  price_spread::DOUBLE AS price_spread,
  CASE WHEN is_told THEN @safe_divide(sxy, sxx) END::DOUBLE AS price_elasticity,
  CASE WHEN is_told THEN @safe_divide(1, SQRT(sxx)) END::DOUBLE AS price_elasticity_error
FROM spreads
