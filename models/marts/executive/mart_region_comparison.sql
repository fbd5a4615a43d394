MODEL (
  name marts.mart_region_comparison,
  kind FULL,
  owner operations_team,
  cron '@daily',
  tags (mart, executive),
  grain region,
  depends_on (
    intermediate.int_delivery_days
  ),
  audits (
    sums_agree(
      "column" := orders,
      other_table := intermediate.int_delivery_days,
      other_column := order_count,
      other_condition := order_date BETWEEN (
        SELECT
          MIN(first_day)
        FROM marts.mart_region_comparison
      ) AND (
        SELECT
          MAX(last_day)
        FROM marts.mart_region_comparison
      )
    )
  ),
  description 'How each region was served over the latest complete months together, beside all others. The share of late orders is compared with that of all other regions by the likelihood ratio test (G), which holds in small regions too; the p-values are corrected for the number of regions compared (Bonferroni), as of many regions one is often unlikely by chance. One row per region with an order in the latest complete months, region_comparison_months of them. Answers: where do orders arrive late, come back and please least? Which region is late more often than chance explains?',
  column_descriptions (
    region = 'Region the orders go to; unknown where nothing says',
    verdict = 'worse or better than elsewhere where chance does not explain the difference in late orders (confidence_level), else no_clear_difference; null without an order to judge here and elsewhere',
    orders = 'Orders of these months, cancelled ones too',
    judged_orders = 'Orders that arrived and had a time promised',
    late_orders = 'Of these, orders that did not arrive in time',
    delivery_days = 'Mean days from the order to its last parcel; null without a source of shipments',
    on_time_rate = 'Orders in time as a share of those that arrived and had a time promised, 0 to 1',
    on_time_rate_elsewhere = 'The same of all other regions together',
    return_rate = 'Orders of which something came back as a share of those not cancelled, 0 to 1; null without a source of returns',
    satisfaction = 'Mean stars, 1 to 5; null without reviews',
    g_statistic = 'Likelihood ratio statistic of late orders here and elsewhere; chi-square with one degree of freedom',
    p_value = 'Chance of a difference as large without any in truth',
    corrected_p_value = 'The same, times the number of regions compared, at most 1',
    first_day = 'First day of these months',
    last_day = 'Last day of these months'
  )
);

WITH latest_months AS (
  SELECT
    operations.region,
    SUM(operations.orders) AS orders,
    SUM(operations.cancelled_orders) AS cancelled_orders,
    SUM(operations.arrived_orders) AS arrived_orders,
    SUM(operations.judged_orders) AS judged_orders,
    SUM(operations.judged_orders - operations.on_time_orders) AS late_orders,
    SUM(operations.total_delivery_days) AS total_delivery_days,
    SUM(operations.reviews) AS reviews,
    SUM(operations.total_rating) AS total_rating,
    CASE WHEN COUNT(operations.return_rate) > 0 THEN SUM(operations.returned_orders) END AS returned_orders,
    MAX(as_of.as_of_date) AS as_of_date
  FROM marts.mart_operations AS operations
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    @months_between(operations.date_day, as_of.as_of_date) BETWEEN 1 AND @region_comparison_months
  GROUP BY
    operations.region
), beside_others AS (
  SELECT
    *,
    SUM(judged_orders) OVER () - judged_orders AS other_judged_orders,
    SUM(late_orders) OVER () - late_orders AS other_late_orders
  FROM latest_months
), compared AS (
  SELECT
    *,
    @g_statistic(late_orders, judged_orders, other_late_orders, other_judged_orders) AS g_statistic,
    @safe_divide(judged_orders - late_orders, judged_orders) AS on_time_rate,
    @safe_divide(other_judged_orders - other_late_orders, other_judged_orders) AS on_time_rate_elsewhere
  FROM beside_others
), judged AS (
  SELECT
    *,
    @chi_square_p_value(g_statistic) AS p_value
  FROM compared
), corrected AS (
  SELECT
    *,
    @bonferroni_p_value(p_value) AS corrected_p_value
  FROM judged
)
SELECT
  region::TEXT AS region,
  CASE
    WHEN corrected_p_value <= 1 - @confidence_level AND on_time_rate < on_time_rate_elsewhere
    THEN 'worse'
    WHEN corrected_p_value <= 1 - @confidence_level AND on_time_rate > on_time_rate_elsewhere
    THEN 'better'
    WHEN NOT corrected_p_value IS NULL
    THEN 'no_clear_difference'
  END::TEXT AS verdict,
  orders::BIGINT AS orders,
  judged_orders::BIGINT AS judged_orders,
  late_orders::BIGINT AS late_orders,
  @safe_divide(total_delivery_days, arrived_orders)::DOUBLE AS delivery_days,
  on_time_rate::DOUBLE AS on_time_rate,
  on_time_rate_elsewhere::DOUBLE AS on_time_rate_elsewhere,
  @safe_divide(returned_orders, orders - cancelled_orders)::DOUBLE AS return_rate,
  @safe_divide(total_rating, reviews)::DOUBLE AS satisfaction,
  g_statistic::DOUBLE AS g_statistic,
  p_value::DOUBLE AS p_value,
  corrected_p_value::DOUBLE AS corrected_p_value,
  (
    @month_start(as_of_date) - INTERVAL '1' MONTH * @region_comparison_months
  )::DATE AS first_day,
  (
    @month_start(as_of_date) - INTERVAL '1' DAY
  )::DATE AS last_day
FROM corrected
