MODEL (
  name intermediate.int_campaign_uplift,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain campaign_id,
  audits (
    not_null(columns := (campaign_id, treated_customers, holdout_customers)),
    unique_values(columns := (
      campaign_id
    )),
    accepted_range("column" := conversion_p_value, min_v := 0, max_v := 1),
    accepted_range("column" := revenue_p_value, min_v := 0, max_v := 1),
    forall(
      criteria := (
        conversion_uplift BETWEEN conversion_uplift_lower AND conversion_uplift_upper,
        revenue_uplift BETWEEN revenue_uplift_lower AND revenue_uplift_upper
      )
    )
  ),
  description 'What campaigns with a holdout changed, by intention to treat: all customers assigned to it against all held out of it at random, whether or not they were reached. One row per campaign with enough customers in both groups. Shares of buyers are compared with the interval of Newcombe (his method 10) and the z-test of two proportions, revenue per customer with the test of Welch. Customers who bought nothing count with zero. Answers: what did a campaign bring that would not have come anyway, and how sure is that?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    treated_customers = 'Customers assigned and not held out',
    holdout_customers = 'Customers held out',
    treated_buyers = 'Of the treated, those who bought while the effect is measured',
    holdout_buyers = 'Of those held out, those who bought while the effect is measured',
    treated_conversion = 'Buyers among the treated, 0 to 1',
    holdout_conversion = 'Buyers among those held out, 0 to 1',
    conversion_uplift = 'Difference of the two shares',
    conversion_uplift_lower = 'Lower end of its interval of confidence',
    conversion_uplift_upper = 'Upper end of its interval of confidence',
    conversion_p_value = 'Probability of a difference as large by chance alone',
    treated_revenue_per_customer = 'Net revenue per treated customer',
    holdout_revenue_per_customer = 'Net revenue per customer held out',
    revenue_uplift = 'Difference of the two revenues',
    revenue_uplift_lower = 'Lower end of its interval of confidence',
    revenue_uplift_upper = 'Upper end of its interval of confidence',
    revenue_p_value = 'Probability of a difference as large by chance alone',
    margin_uplift = 'Difference of gross margin per customer; null where no cost is known'
  )
);

WITH customer_purchases AS (
  SELECT
    responses.campaign_id,
    responses.customer_id,
    responses.is_holdout,
    SUM(responses.net_revenue_amount) AS revenue,
    SUM(responses.gross_margin_amount) AS margin
  FROM intermediate.int_campaign_responses AS responses
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    responses.order_date < as_of.as_of_date
  GROUP BY
    responses.campaign_id,
    responses.customer_id,
    responses.is_holdout
), purchases AS (
  SELECT
    campaign_id,
    SUM(CASE WHEN is_holdout THEN 0 ELSE 1 END) AS treated_buyers,
    SUM(CASE WHEN is_holdout THEN 1 ELSE 0 END) AS holdout_buyers,
    SUM(CASE WHEN is_holdout THEN 0 ELSE revenue END) AS treated_revenue,
    SUM(CASE WHEN is_holdout THEN revenue ELSE 0 END) AS holdout_revenue,
    SUM(CASE WHEN is_holdout THEN 0 ELSE (
      revenue * revenue
    )::DECIMAL(38, 4) END) AS treated_squares,
    SUM(CASE WHEN is_holdout THEN (
      revenue * revenue
    )::DECIMAL(38, 4) ELSE 0 END) AS holdout_squares,
    SUM(CASE WHEN NOT is_holdout THEN margin END) AS treated_margin,
    SUM(CASE WHEN is_holdout THEN margin END) AS holdout_margin
  FROM customer_purchases
  GROUP BY
    campaign_id
), groups_compared AS (
  SELECT
    reach.campaign_id,
    reach.assigned_customers - reach.held_out_customers AS treated_customers,
    reach.held_out_customers AS holdout_customers,
    COALESCE(purchases.treated_buyers, 0) AS treated_buyers,
    COALESCE(purchases.holdout_buyers, 0) AS holdout_buyers,
    COALESCE(purchases.treated_revenue, 0) AS treated_revenue,
    COALESCE(purchases.holdout_revenue, 0) AS holdout_revenue,
    COALESCE(purchases.treated_squares, 0) AS treated_squares,
    COALESCE(purchases.holdout_squares, 0) AS holdout_squares,
    purchases.treated_margin,
    purchases.holdout_margin
  FROM intermediate.int_campaign_reach AS reach
  LEFT JOIN purchases
    ON reach.campaign_id = purchases.campaign_id
  WHERE
    reach.held_out_customers >= @min_experiment_customers
    AND reach.assigned_customers - reach.held_out_customers >= @min_experiment_customers
), means AS (
  SELECT
    campaign_id,
    treated_customers,
    holdout_customers,
    treated_buyers,
    holdout_buyers,
    @safe_divide(treated_buyers, treated_customers) AS treated_conversion,
    @safe_divide(holdout_buyers, holdout_customers) AS holdout_conversion,
    @safe_divide(treated_revenue, treated_customers) AS treated_revenue_per_customer,
    @safe_divide(holdout_revenue, holdout_customers) AS holdout_revenue_per_customer,
    POWER(@stddev_of_sums(treated_customers, treated_revenue, treated_squares), 2) / NULLIF(treated_customers, 0) AS treated_variance,
    POWER(@stddev_of_sums(holdout_customers, holdout_revenue, holdout_squares), 2) / NULLIF(holdout_customers, 0) AS holdout_variance,
    CASE
      WHEN NOT COALESCE(treated_margin, holdout_margin) IS NULL
      THEN @safe_divide(COALESCE(treated_margin, 0), treated_customers) - @safe_divide(COALESCE(holdout_margin, 0), holdout_customers)
    END AS margin_uplift
  FROM groups_compared
), errors AS (
  SELECT
    campaign_id,
    treated_conversion - holdout_conversion AS conversion_uplift,
    @two_proportion_z(treated_buyers, treated_customers, holdout_buyers, holdout_customers) AS conversion_z,
    treated_revenue_per_customer - holdout_revenue_per_customer AS revenue_uplift,
    SQRT(treated_variance + holdout_variance) AS revenue_error,
    @safe_divide(
      POWER(treated_variance + holdout_variance, 2),
      POWER(treated_variance, 2) / NULLIF(treated_customers - 1, 0) + POWER(holdout_variance, 2) / NULLIF(holdout_customers - 1, 0)
    ) AS degrees_of_freedom /* Welch and Satterthwaite */
  FROM means
), scores AS (
  SELECT
    campaign_id,
    conversion_uplift,
    conversion_z,
    revenue_uplift,
    revenue_error * @student_t_limit(degrees_of_freedom) AS revenue_reach,
    @student_t_as_normal(@safe_divide(revenue_uplift, revenue_error), degrees_of_freedom) AS revenue_z
  FROM errors
)
SELECT
  means.campaign_id::TEXT AS campaign_id,
  means.treated_customers::BIGINT AS treated_customers,
  means.holdout_customers::BIGINT AS holdout_customers,
  means.treated_buyers::BIGINT AS treated_buyers,
  means.holdout_buyers::BIGINT AS holdout_buyers,
  means.treated_conversion::DOUBLE AS treated_conversion,
  means.holdout_conversion::DOUBLE AS holdout_conversion,
  scores.conversion_uplift::DOUBLE AS conversion_uplift,
  @newcombe_limit(means.treated_buyers, means.treated_customers, means.holdout_buyers, means.holdout_customers, 'lower')::DOUBLE AS conversion_uplift_lower,
  @newcombe_limit(means.treated_buyers, means.treated_customers, means.holdout_buyers, means.holdout_customers, 'upper')::DOUBLE AS conversion_uplift_upper,
  @normal_p_value(scores.conversion_z)::DOUBLE AS conversion_p_value,
  means.treated_revenue_per_customer::DOUBLE AS treated_revenue_per_customer,
  means.holdout_revenue_per_customer::DOUBLE AS holdout_revenue_per_customer,
  scores.revenue_uplift::DOUBLE AS revenue_uplift,
  (
    scores.revenue_uplift - scores.revenue_reach
  )::DOUBLE AS revenue_uplift_lower,
  (
    scores.revenue_uplift + scores.revenue_reach
  )::DOUBLE AS revenue_uplift_upper,
  @normal_p_value(scores.revenue_z)::DOUBLE AS revenue_p_value,
  means.margin_uplift::DOUBLE AS margin_uplift
FROM means
INNER JOIN scores
  ON means.campaign_id = scores.campaign_id
