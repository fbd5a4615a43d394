MODEL (
  name intermediate.int_product_standing,
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
    not_null(columns := (product_id, abc_class, volume_tier, lifecycle, rank_overall, rank_in_department)),
    unique_values(columns := (
      product_id
    )),
    same_row_count(table_name := intermediate.int_products),
    accepted_range("column" := reorder_rate, min_v := 0, max_v := 1),
    accepted_range("column" := penetration_share, min_v := 0, max_v := 1)
  ),
  description 'Where each product stands among the products of the shop: shares, ranks and classes. Rates of few lines or units are drawn towards the rate of the shop before they are judged. One row per product, sold or not. Answers: which products carry the shop, are bought again, are on the rise, come back?',
  column_descriptions (
    product_id = 'The shop''s id of the product',
    abc_class = 'A: the products that together earn the first 80% of revenue, the one that reaches it too; B: to 95%; C: the rest (abc_classes)',
    volume_tier = 'Top, Middle or Rest by rank of units',
    lifecycle = 'star, cash_cow, question_mark, dog or developing by shrunk reorder rate and penetration; unsold without a sale',
    reorder_band = 'Excellent, Good, Fair or Low by shrunk reorder rate; null without order lines of known customers',
    trend_band = 'Rising, Steady or Falling by trending score',
    rank_overall = 'Rank by net revenue, 1 the best, of equal ones the smaller id first',
    rank_in_department = 'Rank by net revenue within the department',
    revenue_share = 'Share of the net revenue of all products; null without revenue',
    revenue_share_of_better = 'Share of revenue that the products of better rank earn together',
    penetration_share = 'Share of the customers with an order who ever bought the product',
    reorder_rate = 'Share of the order lines of known customers that are repeat purchases; null without such lines',
    shrunk_reorder_rate = 'Reorder rate as if there were a few more lines with the rate of the shop (reorder_prior_lines)',
    return_rate = 'Units that came back over units sold; null without a sale, and where the shop has no return on record',
    shrunk_return_rate = 'Return rate as if there were a few more units with the rate of the shop (return_prior_units); null like the return rate',
    trending_score = 'Units of the last days over those expected from the days before at the pace of the shop, with a few expected ones added on both sides (trend_prior_units): 1 is as the shop, 2 twice as good; null where the shop sold nothing, or the product never',
    as_of_date = 'The day after the last complete day of orders'
  )
);

WITH shop AS (
  SELECT
    @safe_divide(SUM(reorder_line_count), SUM(known_line_count)) AS reorder_rate,
    @safe_divide(NULLIF(SUM(units_returned), 0), SUM(units_sold)) AS return_rate,
    @safe_divide(SUM(trend_units), SUM(trend_baseline_units)) AS trend_pace
  FROM intermediate.int_product_summary
), buyers AS (
  SELECT
    COUNT(*) AS customer_count
  FROM intermediate.int_customer_order_summary
), rates AS (
  SELECT
    products.product_id,
    products.department_id,
    COALESCE(summary.order_count, 0) AS order_count,
    COALESCE(summary.units_sold, 0) AS units_sold,
    COALESCE(summary.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue_amount,
    @safe_divide(COALESCE(summary.customer_count, 0), buyers.customer_count) AS penetration_share,
    @safe_divide(summary.reorder_line_count, summary.known_line_count) AS reorder_rate,
    CASE
      WHEN summary.known_line_count > 0
      THEN (
        summary.reorder_line_count + @reorder_prior_lines * shop.reorder_rate
      ) / NULLIF(summary.known_line_count + @reorder_prior_lines, 0)
    END AS shrunk_reorder_rate,
    CASE WHEN shop.return_rate > 0 THEN @safe_divide(summary.units_returned, summary.units_sold) END AS return_rate,
    CASE
      WHEN summary.units_sold > 0
      THEN (
        summary.units_returned + @return_prior_units * shop.return_rate
      ) / NULLIF(summary.units_sold + @return_prior_units, 0)
    END AS shrunk_return_rate,
    CASE
      WHEN summary.units_sold > 0
      THEN @safe_divide(
        summary.trend_units + @trend_prior_units * shop.trend_pace,
        shop.trend_pace * (
          summary.trend_baseline_units + @trend_prior_units
        )
      )
    END AS trending_score,
    as_of.as_of_date
  FROM intermediate.int_products AS products
  LEFT JOIN intermediate.int_product_summary AS summary
    ON products.product_id = summary.product_id
  CROSS JOIN shop
  CROSS JOIN buyers
  CROSS JOIN intermediate.int_as_of AS as_of
), ranked_products AS (
  SELECT
    product_id,
    order_count,
    @middle_rank(units_sold) AS volume_rank,
    ROW_NUMBER() OVER (ORDER BY net_revenue_amount DESC, product_id) AS rank_overall,
    ROW_NUMBER() OVER (PARTITION BY department_id ORDER BY net_revenue_amount DESC, product_id) AS rank_in_department,
    @safe_divide(net_revenue_amount, SUM(net_revenue_amount) OVER ()) AS revenue_share,
    @safe_divide(
      SUM(net_revenue_amount) OVER (ORDER BY net_revenue_amount DESC, product_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - net_revenue_amount,
      SUM(net_revenue_amount) OVER ()
    ) AS revenue_share_of_better,
    penetration_share,
    reorder_rate,
    shrunk_reorder_rate,
    return_rate,
    shrunk_return_rate,
    trending_score,
    as_of_date
  FROM rates
)
SELECT
  product_id::TEXT AS product_id,
  @band(COALESCE(revenue_share_of_better, 1), @abc_classes)::TEXT AS abc_class,
  @band(volume_rank, @volume_tiers)::TEXT AS volume_tier,
  CASE
    WHEN order_count = 0
    THEN 'unsold'
    WHEN shrunk_reorder_rate >= @star_min_reorder_rate AND penetration_share >= @star_min_penetration
    THEN 'star'
    WHEN shrunk_reorder_rate >= @cash_cow_min_reorder_rate AND penetration_share >= @cash_cow_min_penetration
    THEN 'cash_cow'
    WHEN shrunk_reorder_rate < @question_mark_max_reorder_rate
    AND penetration_share >= @question_mark_min_penetration
    THEN 'question_mark'
    WHEN shrunk_reorder_rate < @dog_max_reorder_rate AND penetration_share < @dog_max_penetration
    THEN 'dog'
    ELSE 'developing'
  END::TEXT AS lifecycle,
  @band(shrunk_reorder_rate, @reorder_bands)::TEXT AS reorder_band,
  @band(trending_score, @trend_bands)::TEXT AS trend_band,
  rank_overall::BIGINT AS rank_overall,
  rank_in_department::BIGINT AS rank_in_department,
  revenue_share::DOUBLE AS revenue_share,
  revenue_share_of_better::DOUBLE AS revenue_share_of_better,
  penetration_share::DOUBLE AS penetration_share,
  reorder_rate::DOUBLE AS reorder_rate,
  shrunk_reorder_rate::DOUBLE AS shrunk_reorder_rate,
  return_rate::DOUBLE AS return_rate,
  shrunk_return_rate::DOUBLE AS shrunk_return_rate,
  trending_score::DOUBLE AS trending_score,
  as_of_date::DATE AS as_of_date
FROM ranked_products
