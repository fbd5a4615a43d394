MODEL (
  name marts.mart_cohort_milestones,
  kind FULL,
  owner customer_team,
  cron '@daily',
  tags (mart, customers),
  grain months_since_first_order,
  audits (
    sums_agree(
      "column" := retained_customer_count,
      other_table := marts.mart_cohort_retention,
      other_column := retained_customer_count,
      other_condition := is_complete
      AND NOT is_small_cohort
      AND EXISTS(
        SELECT
          1
        FROM (
          SELECT
            months_since_first_order AS months,
            first_cohort_month,
            last_cohort_month
          FROM marts.mart_cohort_milestones
        ) AS milestones
        WHERE
          months = months_since_first_order AND cohort_month BETWEEN first_cohort_month AND last_cohort_month
      )
    )
  ),
  description 'The latest cohorts that have lived through a number of months, beside those before them, as many at most. Small cohorts are left out, and so is a month that is not over. The shares of customers who bought in the month are compared by the z-test of two proportions, and as several months are looked at, their p-values are corrected (Bonferroni). One row per number of months in cohort_milestones that enough cohorts have reached. Answers: how many of the newest customers buy again after 1, 3, 6, 12 months, and what have they brought? Are they better customers than those before them, or does chance explain the difference?',
  column_descriptions (
    months_since_first_order = 'Calendar months after the month of the first order',
    verdict = 'better or worse than the cohorts before where chance does not explain the difference in retention (confidence_level), else no_clear_difference; null without cohorts before',
    earlier_cohort_count = 'Cohorts before the latest that they are compared with: as many, or those there are',
    customer_count = 'Customers of the latest cohorts, cohorts_compared of them',
    retained_customer_count = 'Of these, customers with an order in the month',
    earlier_customer_count = 'Customers of the cohorts before; null where there are none',
    earlier_retained_customer_count = 'Of these, customers with an order in the month',
    retention_share = 'Retained customers per customer, 0 to 1',
    earlier_retention_share = 'The same of the cohorts before',
    cumulative_revenue_per_customer = 'Net revenue up to the end of the month per customer',
    earlier_cumulative_revenue_per_customer = 'The same of the cohorts before',
    revenue_change_share = 'How much the latest cohorts brought above those before, as a share of that',
    z_score = 'Difference of the two retention shares in standard errors; null where nobody or everybody bought',
    p_value = 'Chance of a difference as large without any in truth',
    corrected_p_value = 'The same, times the number of months compared, at most 1',
    first_cohort_month = 'Month of the oldest of the latest cohorts',
    last_cohort_month = 'Month of the newest of them'
  )
);

WITH cohorts_by_age AS (
  SELECT
    months_since_first_order,
    cohort_month,
    customer_count,
    retained_customer_count,
    cumulative_net_revenue_amount,
    ROW_NUMBER() OVER (PARTITION BY months_since_first_order ORDER BY cohort_month DESC) AS place
  FROM marts.mart_cohort_retention
  WHERE
    is_complete
    AND NOT is_small_cohort
    AND months_since_first_order IN (@EACH(@cohort_milestones, months -> @months))
), latest_and_earlier AS (
  SELECT
    months_since_first_order,
    SUM(CASE WHEN place <= @cohorts_compared THEN customer_count END) AS customers,
    SUM(CASE WHEN place <= @cohorts_compared THEN retained_customer_count END) AS retained,
    SUM(CASE WHEN place <= @cohorts_compared THEN cumulative_net_revenue_amount END) AS revenue,
    SUM(CASE WHEN place > @cohorts_compared THEN customer_count END) AS earlier_customers,
    SUM(CASE WHEN place > @cohorts_compared THEN retained_customer_count END) AS earlier_retained,
    SUM(CASE WHEN place > @cohorts_compared THEN cumulative_net_revenue_amount END) AS earlier_revenue,
    COUNT(*) - @cohorts_compared AS earlier_cohorts,
    MIN(CASE WHEN place <= @cohorts_compared THEN cohort_month END) AS first_cohort_month,
    MAX(cohort_month) AS last_cohort_month
  FROM cohorts_by_age
  WHERE
    place <= 2 * @cohorts_compared
  GROUP BY
    months_since_first_order
  HAVING
    COUNT(*) >= @cohorts_compared
), compared AS (
  SELECT
    *,
    @safe_divide(retained, customers) AS retention_share,
    @safe_divide(earlier_retained, earlier_customers) AS earlier_retention_share,
    @safe_divide(revenue, customers) AS revenue_per_customer,
    @safe_divide(earlier_revenue, earlier_customers) AS earlier_revenue_per_customer,
    @two_proportion_z(retained, customers, earlier_retained, earlier_customers) AS z_score
  FROM latest_and_earlier
), judged AS (
  SELECT
    *,
    @normal_p_value(z_score) AS p_value
  FROM compared
), corrected AS (
  SELECT
    *,
    @bonferroni_p_value(p_value) AS corrected_p_value
  FROM judged
)
SELECT
  months_since_first_order::INT AS months_since_first_order,
  CASE
    WHEN corrected_p_value <= 1 - @confidence_level AND z_score > 0
    THEN 'better'
    WHEN corrected_p_value <= 1 - @confidence_level AND z_score < 0
    THEN 'worse'
    WHEN NOT earlier_retention_share IS NULL
    THEN 'no_clear_difference'
  END::TEXT AS verdict,
  earlier_cohorts::BIGINT AS earlier_cohort_count,
  customers::BIGINT AS customer_count,
  retained::BIGINT AS retained_customer_count,
  earlier_customers::BIGINT AS earlier_customer_count,
  earlier_retained::BIGINT AS earlier_retained_customer_count,
  retention_share::DOUBLE AS retention_share,
  earlier_retention_share::DOUBLE AS earlier_retention_share,
  revenue_per_customer::DOUBLE AS cumulative_revenue_per_customer,
  earlier_revenue_per_customer::DOUBLE AS earlier_cumulative_revenue_per_customer,
  @percent_change(revenue_per_customer, earlier_revenue_per_customer)::DOUBLE AS revenue_change_share,
  z_score::DOUBLE AS z_score,
  p_value::DOUBLE AS p_value,
  corrected_p_value::DOUBLE AS corrected_p_value,
  first_cohort_month::DATE AS first_cohort_month,
  last_cohort_month::DATE AS last_cohort_month
FROM corrected
