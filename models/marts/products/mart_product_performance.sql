MODEL (
  name marts.mart_product_performance,
  kind FULL,
  owner product_team,
  cron '@daily',
  tags (mart, products),
  grain product_id,
  depends_on (intermediate.int_product_days, marts.dim_products),
  audits (
    same_row_count(table_name := marts.dim_products),
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
  description 'Everything we know of a product, as of the as-of date: sales, margin, customers, returns, ratings, stock, price elasticity, trend, ranks, classes and what to do. One row per product, unsold ones too. Answers: which products carry the shop, which are bought again, which rise or fall, which come back, what runs out, what may cost more, and what do we do about each?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    product_name = 'Name of the product; its id where the shop no longer lists it',
    brand = 'Brand',
    parent_product_id = 'The product this one is a variant of; null for others',
    aisle_name = 'Name of the aisle',
    department_name = 'Name of the department',
    product_category = 'Fresh, Packaged, Consumables or Other, by department',
    abc_class = 'A: the products that together earn the first 80% of revenue, the one that reaches it too; B: to 95%; C: the rest (abc_classes)',
    volume_tier = 'Top, Middle or Rest by rank of units',
    lifecycle = 'star, cash_cow, question_mark, dog or developing by shrunk reorder rate and penetration; unsold without a sale',
    reorder_band = 'Excellent, Good, Fair or Low by shrunk reorder rate; null without order lines of known customers',
    trend_band = 'Rising, Steady or Falling by trending score; null without one',
    stock_status = 'Out, Low, Enough or Excess by stock and days of cover, Unmoved where nothing was sold of late; null where stock is not counted',
    recommendation = 'What to do, by lifecycle and ABC class',
    order_count = 'Valid sales with the product so far',
    units_sold = 'Units so far',
    units_last_30_days = 'Units in the days that count as recent (recent_days)',
    units_returned = 'Units that came back so far',
    customer_count = 'Known customers who ever bought the product',
    first_in_cart_count = 'Orders in which the product was the first in the cart',
    rating_count = 'Reviews of the product',
    quantity_on_hand = 'Units on hand when stock was last counted',
    rank_overall = 'Rank by net revenue, 1 the best, of equal ones the smaller id first',
    rank_in_department = 'Rank by net revenue within the department',
    net_revenue_amount = 'Goods after discount so far',
    net_revenue_last_30_days = 'Goods after discount in the days that count as recent',
    family_net_revenue_amount = 'Net revenue of the product and its variants together; a variant shows that of its family',
    discount_amount = 'Discount so far',
    refund_amount = 'Money given back for returns so far',
    gross_margin_amount = 'Net revenue less units at the present cost of one; null where that is unknown',
    gross_margin_share = 'Gross margin as a share of net revenue, up to 1',
    mean_price_paid = 'Net revenue per unit; null without a sale',
    revenue_share = 'Share of the net revenue of all products; null without revenue',
    penetration_share = 'Share of the customers with an order who ever bought the product',
    reorder_rate = 'Share of the order lines of known customers that are repeat purchases; null without such lines',
    shrunk_reorder_rate = 'Reorder rate as if there were a few more lines with the rate of the shop (reorder_prior_lines)',
    return_rate = 'Units that came back over units sold; null without a sale, and where the shop has no return on record',
    shrunk_return_rate = 'Return rate as if there were a few more units with the rate of the shop (return_prior_units); null like the return rate',
    mean_cart_position = 'Mean place in the cart, from 1; null where it is not known',
    avg_rating = 'Mean stars, 1 to 5; null without a review',
    shrunk_rating = 'Mean stars as if there were a few more reviews with the mean of all (rating_prior_count); null without a review',
    days_of_cover = 'Days that the stock lasts at the pace of the recent days; null where nothing was sold in them',
    price_elasticity = 'Change of demand in percent when the price rises by one percent; null where it cannot be told',
    price_elasticity_error = 'Standard error of the elasticity',
    price_verdict = 'Which price would earn more, given the margin: Higher, Lower, Not clear from the elasticity as far as it is known, Unknown without a margin; null without an elasticity',
    trending_score = 'Units of the last days over those expected at the pace of the shop, shrunk: 1 is as the shop',
    is_bundle = 'The product is a bundle of others',
    is_variant = 'The product is a variant of another',
    is_active = 'The product is on sale',
    is_listed = 'The shop still lists the product',
    first_sold_date = 'Day of the first sale',
    last_sold_date = 'Day of the last sale',
    stock_counted_date = 'Day on which stock was last counted',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH ratings AS (
  SELECT
    reviews.product_id,
    COUNT(*) AS rating_count,
    SUM(reviews.rating) AS stars
  FROM staging.stg_reviews AS reviews
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    NOT reviews.product_id IS NULL AND reviews.review_date < as_of.as_of_date
  GROUP BY
    reviews.product_id
), shrunk_ratings AS (
  SELECT
    product_id,
    rating_count,
    stars::DOUBLE / NULLIF(rating_count, 0) AS avg_rating,
    (
      stars + @rating_prior_count * SUM(stars) OVER ()::DOUBLE / NULLIF(SUM(rating_count) OVER (), 0)
    ) / NULLIF(rating_count + @rating_prior_count, 0) AS shrunk_rating
  FROM ratings
)
SELECT
  products.product_id::TEXT AS product_id,
  products.product_name::TEXT AS product_name,
  products.brand::TEXT AS brand,
  listed.parent_product_id::TEXT AS parent_product_id,
  products.aisle_name::TEXT AS aisle_name,
  products.department_name::TEXT AS department_name,
  products.product_category::TEXT AS product_category,
  standing.abc_class::TEXT AS abc_class,
  standing.volume_tier::TEXT AS volume_tier,
  standing.lifecycle::TEXT AS lifecycle,
  standing.reorder_band::TEXT AS reorder_band,
  standing.trend_band::TEXT AS trend_band,
  stock.stock_status::TEXT AS stock_status,
  actions.recommendation::TEXT AS recommendation,
  @price_verdict(
    @safe_divide(summary.net_revenue_amount - summary.units_sold * products.unit_cost, summary.net_revenue_amount),
    elasticity.price_elasticity,
    elasticity.price_elasticity_error
  )::TEXT AS price_verdict,
  COALESCE(summary.order_count, 0)::BIGINT AS order_count,
  COALESCE(summary.units_sold, 0)::BIGINT AS units_sold,
  COALESCE(summary.units_last_30_days, 0)::BIGINT AS units_last_30_days,
  COALESCE(summary.units_returned, 0)::BIGINT AS units_returned,
  COALESCE(summary.customer_count, 0)::BIGINT AS customer_count,
  COALESCE(summary.first_in_cart_count, 0)::BIGINT AS first_in_cart_count,
  COALESCE(ratings.rating_count, 0)::BIGINT AS rating_count,
  stock.quantity_on_hand::BIGINT AS quantity_on_hand,
  standing.rank_overall::BIGINT AS rank_overall,
  standing.rank_in_department::BIGINT AS rank_in_department,
  COALESCE(summary.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue_amount,
  COALESCE(summary.net_revenue_last_30_days, 0)::DECIMAL(18, 2) AS net_revenue_last_30_days,
  COALESCE(
    SUM(summary.net_revenue_amount) OVER (PARTITION BY COALESCE(listed.parent_product_id, products.product_id)),
    0
  )::DECIMAL(18, 2) AS family_net_revenue_amount,
  COALESCE(summary.discount_amount, 0)::DECIMAL(18, 2) AS discount_amount,
  COALESCE(summary.refund_amount, 0)::DECIMAL(18, 2) AS refund_amount,
  (
    COALESCE(summary.net_revenue_amount, 0) - COALESCE(summary.units_sold, 0) * products.unit_cost
  )::DECIMAL(18, 2) AS gross_margin_amount,
  @safe_divide(summary.net_revenue_amount - summary.units_sold * products.unit_cost, summary.net_revenue_amount)::DOUBLE AS gross_margin_share,
  @safe_divide(summary.net_revenue_amount, summary.units_sold)::DOUBLE AS mean_price_paid,
  standing.revenue_share::DOUBLE AS revenue_share,
  standing.penetration_share::DOUBLE AS penetration_share,
  standing.reorder_rate::DOUBLE AS reorder_rate,
  standing.shrunk_reorder_rate::DOUBLE AS shrunk_reorder_rate,
  standing.return_rate::DOUBLE AS return_rate,
  standing.shrunk_return_rate::DOUBLE AS shrunk_return_rate,
  summary.mean_cart_position::DOUBLE AS mean_cart_position,
  ratings.avg_rating::DOUBLE AS avg_rating,
  ratings.shrunk_rating::DOUBLE AS shrunk_rating,
  stock.days_of_cover::DOUBLE AS days_of_cover,
  elasticity.price_elasticity::DOUBLE AS price_elasticity,
  elasticity.price_elasticity_error::DOUBLE AS price_elasticity_error,
  standing.trending_score::DOUBLE AS trending_score,
  products.is_bundle::BOOLEAN AS is_bundle,
  (
    NOT listed.parent_product_id IS NULL
  )::BOOLEAN AS is_variant,
  products.is_active::BOOLEAN AS is_active,
  products.is_listed::BOOLEAN AS is_listed,
  summary.first_sold_date::DATE AS first_sold_date,
  summary.last_sold_date::DATE AS last_sold_date,
  stock.stock_counted_date::DATE AS stock_counted_date,
  standing.as_of_date::DATE AS as_of_date
FROM intermediate.int_products AS products
INNER JOIN intermediate.int_product_standing AS standing
  ON products.product_id = standing.product_id
INNER JOIN seeds.product_recommendations AS actions
  ON standing.lifecycle = actions.lifecycle AND standing.abc_class = actions.abc_class
LEFT JOIN staging.stg_products AS listed
  ON products.product_id = listed.product_id
LEFT JOIN intermediate.int_product_summary AS summary
  ON products.product_id = summary.product_id
LEFT JOIN shrunk_ratings AS ratings
  ON products.product_id = ratings.product_id
LEFT JOIN intermediate.int_product_stock AS stock
  ON products.product_id = stock.product_id
LEFT JOIN intermediate.int_product_elasticity AS elasticity
  ON products.product_id = elasticity.product_id
