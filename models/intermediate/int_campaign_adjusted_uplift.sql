MODEL (
  name intermediate.int_campaign_adjusted_uplift,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain campaign_id,
  audits (
    not_null(columns := (campaign_id, revenue_uplift)),
    unique_values(columns := (
      campaign_id
    )),
    same_row_count(table_name := intermediate.int_campaign_uplift),
    accepted_range("column" := revenue_p_value, min_v := 0, max_v := 1),
    forall(criteria := (
      revenue_uplift BETWEEN revenue_uplift_lower AND revenue_uplift_upper
    ))
  ),
  description 'What campaigns with a holdout changed in revenue, less what chance had put into the groups before (CUPED: Deng, Xu, Kohavi, Walker 2013). Of what a customer spent, the part is taken away that spend before the assignment foretells: revenue - theta * (known spend - its mean), theta = covariance(revenue, known spend) / variance(known spend) over both groups; then the test of Welch. The same effect is measured, with a narrower interval the more the past foretells. One row per campaign of int_campaign_uplift. Answers: what did a campaign bring, as sure as this shop can be?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    revenue_per_known_spend = 'Theta: revenue that comes with each unit of spend before',
    revenue_uplift = 'Net revenue per customer treated less that per customer held out, by equal spend before',
    revenue_uplift_lower = 'Lower end of its interval of confidence',
    revenue_uplift_upper = 'Upper end of its interval of confidence',
    revenue_p_value = 'Probability of a difference as large by chance alone',
    variance_reduction = 'Share of the variance of the plain uplift that is gone; null where that had none'
  )
);

WITH customer_amounts AS (
  SELECT
    responses.campaign_id,
    responses.customer_id,
    responses.is_holdout,
    responses.net_revenue_amount AS revenue,
    0 AS known_spend
  FROM intermediate.int_campaign_responses AS responses
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    responses.order_date < as_of.as_of_date
  UNION ALL
  SELECT
    campaign_id,
    customer_id,
    is_holdout,
    0 AS revenue,
    known_spend_amount AS known_spend
  FROM intermediate.int_campaign_known_spend
), customers AS (
  SELECT
    campaign_id,
    customer_id,
    is_holdout,
    SUM(revenue) AS revenue,
    SUM(known_spend) AS known_spend
  FROM customer_amounts
  GROUP BY
    campaign_id,
    customer_id,
    is_holdout
), group_sums AS (
  SELECT
    campaign_id,
    is_holdout,
    SUM(revenue) AS revenue,
    SUM(known_spend) AS known_spend,
    SUM((
      revenue * revenue
    )::DECIMAL(38, 4)) AS squared_revenue,
    SUM((
      known_spend * known_spend
    )::DECIMAL(38, 4)) AS squared_known_spend,
    SUM((
      revenue * known_spend
    )::DECIMAL(38, 4)) AS revenue_times_known_spend
  FROM customers
  GROUP BY
    campaign_id,
    is_holdout
), group_counts AS (
  SELECT
    campaign_id,
    FALSE AS is_holdout,
    treated_customers AS customers
  FROM intermediate.int_campaign_uplift
  UNION ALL
  SELECT
    campaign_id,
    TRUE AS is_holdout,
    holdout_customers AS customers
  FROM intermediate.int_campaign_uplift
), measured AS (
  SELECT
    group_counts.campaign_id,
    group_counts.is_holdout,
    group_counts.customers,
    COALESCE(group_sums.revenue, 0)::DOUBLE AS revenue,
    COALESCE(group_sums.known_spend, 0)::DOUBLE AS known_spend,
    COALESCE(group_sums.squared_revenue, 0)::DOUBLE AS squared_revenue,
    COALESCE(group_sums.squared_known_spend, 0)::DOUBLE AS squared_known_spend,
    COALESCE(group_sums.revenue_times_known_spend, 0)::DOUBLE AS revenue_times_known_spend
  FROM group_counts
  LEFT JOIN group_sums
    ON group_counts.campaign_id = group_sums.campaign_id AND group_counts.is_holdout = group_sums.is_holdout
), slopes AS (
  SELECT
    campaign_id,
    COALESCE(
      @safe_divide(
        SUM(customers) * SUM(revenue_times_known_spend) - SUM(revenue) * SUM(known_spend),
        SUM(customers) * SUM(squared_known_spend) - POWER(SUM(known_spend), 2)
      ),
      0
    ) AS theta
  FROM measured
  GROUP BY
    campaign_id
), adjusted AS (
  SELECT
    measured.campaign_id,
    measured.is_holdout,
    measured.customers,
    slopes.theta,
    @safe_divide(measured.revenue - slopes.theta * measured.known_spend, measured.customers) AS mean_revenue,
    POWER(@stddev_of_sums(measured.customers, measured.revenue, measured.squared_revenue), 2) / NULLIF(measured.customers, 0) AS plain_variance,
    POWER(
      @stddev_of_sums(
        measured.customers,
        measured.revenue - slopes.theta * measured.known_spend,
        measured.squared_revenue - 2 * slopes.theta * measured.revenue_times_known_spend + POWER(slopes.theta, 2) * measured.squared_known_spend
      ),
      2
    ) / NULLIF(measured.customers, 0) AS variance
  FROM measured
  INNER JOIN slopes
    ON measured.campaign_id = slopes.campaign_id
), errors AS (
  SELECT
    campaign_id,
    MIN(theta) AS theta,
    SUM(CASE WHEN is_holdout THEN -mean_revenue ELSE mean_revenue END) AS revenue_uplift,
    SUM(variance) AS variance,
    SUM(plain_variance) AS plain_variance,
    @safe_divide(POWER(SUM(variance), 2), SUM(POWER(variance, 2) / NULLIF(customers - 1, 0))) AS degrees_of_freedom /* Welch and Satterthwaite */
  FROM adjusted
  GROUP BY
    campaign_id
), scores AS (
  SELECT
    campaign_id,
    theta,
    revenue_uplift,
    SQRT(variance) * @student_t_limit(degrees_of_freedom) AS revenue_reach,
    @student_t_as_normal(@safe_divide(revenue_uplift, SQRT(variance)), degrees_of_freedom) AS revenue_z,
    1 - @safe_divide(variance, plain_variance) AS variance_reduction
  FROM errors
)
SELECT
  campaign_id::TEXT AS campaign_id,
  theta::DOUBLE AS revenue_per_known_spend,
  revenue_uplift::DOUBLE AS revenue_uplift,
  (
    revenue_uplift - revenue_reach
  )::DOUBLE AS revenue_uplift_lower,
  (
    revenue_uplift + revenue_reach
  )::DOUBLE AS revenue_uplift_upper,
  @normal_p_value(revenue_z)::DOUBLE AS revenue_p_value,
  variance_reduction::DOUBLE AS variance_reduction
FROM scores
