MODEL (
  name marts.mart_campaign_performance,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (mart, marketing),
  grain campaign_id,
  audits (
    same_row_count(table_name := intermediate.int_campaigns),
    sums_agree(
      "column" := last_touch_revenue,
      other_table := intermediate.int_campaign_orders,
      other_column := net_revenue_amount,
      other_condition := is_last_touch AND order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    ),
    sums_agree(
      "column" := linear_revenue,
      other_table := intermediate.int_campaign_orders,
      other_column := net_revenue_amount,
      other_condition := is_first_touch AND order_date < (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      ),
      tolerance := 1
    )
  ),
  description 'What each campaign reached, cost and brought. Orders credited to it may have come anyway: where customers were held out of it at random, the uplift says what it really changed, by intention to treat (see intermediate.int_campaign_uplift for the tests). Credit goes to contacts within the attribution window before an order. One row per campaign. Answers: whom did a campaign reach, how many bought, what revenue and margin may it claim, was it worth its cost, and what would have happened without it?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    campaign_name = 'Name of the campaign; its id where the shop does not list it',
    channel = 'Channel',
    objective = 'What the campaign is for',
    conversion_verdict = 'more_buyers or fewer_buyers where the interval of the uplift lies on one side of zero, else no_clear_effect; still_running until it is measured to the end, not_measured without enough customers held out',
    assigned_customers = 'Customers chosen for the campaign, held out or not',
    held_out_customers = 'Customers held out to compare with',
    contacted_customers = 'Reach: customers to whom something was sent',
    opened_customers = 'Customers who opened or clicked',
    clicked_customers = 'Customers who clicked',
    converted_customers = 'Customers who ordered within the attribution window after a contact',
    credited_orders = 'Orders whose last contact was of this campaign',
    new_customer_orders = 'Of these, first orders of their customers',
    impressions = 'Times shown, where spend says',
    clicks = 'Times clicked, where spend says',
    budget_amount = 'Budget',
    cost_amount = 'Spend; null where none is on record',
    last_touch_revenue = 'Net revenue of the orders whose last contact was of this campaign',
    first_touch_revenue = 'Net revenue of the orders whose first contact in the window was of this campaign',
    linear_revenue = 'Net revenue of orders, shared out equally among their contacts in the window',
    last_touch_margin = 'Gross margin by last touch of the orders whose cost is known, 0 where customers were contacted and no such order followed; null where no cost of goods is known, and where no contact is on record',
    first_touch_margin = 'Gross margin by first touch of the orders whose cost is known, 0 where customers were contacted and no such order followed; null where no cost of goods is known, and where no contact is on record',
    linear_margin = 'Gross margin in the linear view; 0 and null like that by last touch',
    conversion_rate = 'Customers who ordered as a share of those contacted, 0 to 1',
    open_rate = 'Customers who opened as a share of those contacted, 0 to 1',
    click_rate = 'Customers who clicked as a share of those contacted, 0 to 1',
    last_touch_roi = 'Margin by last touch less cost, as a multiple of the cost: -1 where nothing came back',
    first_touch_roi = 'Margin by first touch less cost, as a multiple of the cost',
    linear_roi = 'Margin in the linear view less cost, as a multiple of the cost',
    treated_conversion = 'Buyers among the customers assigned and not held out, 0 to 1; null without enough held out',
    holdout_conversion = 'Buyers among the customers held out, 0 to 1',
    conversion_uplift = 'Difference of the two shares',
    conversion_uplift_lower = 'Lower end of its interval of confidence',
    conversion_uplift_upper = 'Upper end of its interval of confidence',
    conversion_p_value = 'Probability of a difference as large by chance alone',
    revenue_uplift = 'Net revenue per customer treated less that per customer held out',
    revenue_uplift_lower = 'Lower end of its interval of confidence',
    revenue_uplift_upper = 'Upper end of its interval of confidence',
    revenue_p_value = 'Probability of a difference as large by chance alone',
    adjusted_revenue_uplift = 'The same, by equal spend before the campaign (CUPED): as true, and surer',
    adjusted_revenue_uplift_lower = 'Lower end of its interval of confidence',
    adjusted_revenue_uplift_upper = 'Upper end of its interval of confidence',
    adjusted_revenue_p_value = 'Probability of an adjusted difference as large by chance alone',
    uplift_variance_reduction = 'Share of the variance of the plain uplift that the adjustment takes away',
    incremental_revenue = 'Net revenue that the campaign brought: uplift times customers treated',
    incremental_revenue_lower = 'Lower end of its interval of confidence',
    incremental_revenue_upper = 'Upper end of its interval of confidence',
    incremental_margin = 'Gross margin that the campaign brought, of the orders whose cost is known; null where no cost of goods is known',
    incremental_roi = 'That margin less cost, as a multiple of the cost',
    has_holdout = 'Enough customers were held out to tell the uplift',
    is_measured_to_the_end = 'The last day on which orders count for the uplift has passed; until then it grows',
    start_date = 'Day it starts; of the first contact or spend where the shop does not list it',
    end_date = 'Last day on which it runs; null while it runs without an end',
    last_measured_date = 'Last day on which orders count for the uplift'
  )
);

WITH credits AS (
  SELECT
    reach.campaign_id,
    COUNT(DISTINCT orders.customer_id) AS converted_customers,
    SUM(CASE WHEN orders.is_last_touch THEN 1 ELSE 0 END) AS credited_orders,
    SUM(CASE WHEN orders.is_last_touch AND orders.is_first_order THEN 1 ELSE 0 END) AS new_customer_orders,
    SUM(CASE WHEN orders.is_last_touch THEN orders.net_revenue_amount ELSE 0 END) AS last_touch_revenue,
    SUM(CASE WHEN orders.is_first_touch THEN orders.net_revenue_amount ELSE 0 END) AS first_touch_revenue,
    SUM((
      orders.net_revenue_amount * orders.linear_share
    )::DECIMAL(18, 6)) AS linear_revenue,
    CASE
      WHEN SUM(CASE WHEN orders.is_last_touch THEN 1 ELSE 0 END) = 0
      THEN 0
      ELSE SUM(CASE WHEN orders.is_last_touch THEN orders.gross_margin_amount END)
    END AS last_touch_margin,
    CASE
      WHEN SUM(CASE WHEN orders.is_first_touch THEN 1 ELSE 0 END) = 0
      THEN 0
      ELSE SUM(CASE WHEN orders.is_first_touch THEN orders.gross_margin_amount END)
    END AS first_touch_margin,
    CASE
      WHEN COUNT(orders.order_id) = 0
      THEN 0
      ELSE SUM((
        orders.gross_margin_amount * orders.linear_share
      )::DECIMAL(18, 6))
    END AS linear_margin
  FROM intermediate.int_campaign_reach AS reach
  CROSS JOIN intermediate.int_as_of AS as_of
  LEFT JOIN intermediate.int_campaign_orders AS orders
    ON reach.campaign_id = orders.campaign_id AND orders.order_date < as_of.as_of_date
  WHERE
    reach.contacted_customers > 0
  GROUP BY
    reach.campaign_id
)
SELECT
  campaigns.campaign_id::TEXT AS campaign_id,
  campaigns.campaign_name::TEXT AS campaign_name,
  campaigns.channel::TEXT AS channel,
  campaigns.objective::TEXT AS objective,
  CASE
    WHEN uplift.campaign_id IS NULL
    THEN 'not_measured'
    WHEN NOT COALESCE(campaigns.last_measured_date < as_of.as_of_date, FALSE)
    THEN 'still_running'
    WHEN uplift.conversion_uplift_lower > 0
    THEN 'more_buyers'
    WHEN uplift.conversion_uplift_upper < 0
    THEN 'fewer_buyers'
    ELSE 'no_clear_effect'
  END::TEXT AS conversion_verdict,
  COALESCE(reach.assigned_customers, 0)::BIGINT AS assigned_customers,
  COALESCE(reach.held_out_customers, 0)::BIGINT AS held_out_customers,
  COALESCE(reach.contacted_customers, 0)::BIGINT AS contacted_customers,
  COALESCE(reach.opened_customers, 0)::BIGINT AS opened_customers,
  COALESCE(reach.clicked_customers, 0)::BIGINT AS clicked_customers,
  COALESCE(credits.converted_customers, 0)::BIGINT AS converted_customers,
  COALESCE(credits.credited_orders, 0)::BIGINT AS credited_orders,
  COALESCE(credits.new_customer_orders, 0)::BIGINT AS new_customer_orders,
  campaigns.impressions::BIGINT AS impressions,
  campaigns.clicks::BIGINT AS clicks,
  campaigns.budget_amount::DECIMAL(18, 2) AS budget_amount,
  campaigns.cost_amount::DECIMAL(18, 2) AS cost_amount,
  COALESCE(credits.last_touch_revenue, 0)::DECIMAL(18, 2) AS last_touch_revenue,
  COALESCE(credits.first_touch_revenue, 0)::DECIMAL(18, 2) AS first_touch_revenue,
  COALESCE(credits.linear_revenue, 0)::DECIMAL(18, 2) AS linear_revenue,
  credits.last_touch_margin::DECIMAL(18, 2) AS last_touch_margin,
  credits.first_touch_margin::DECIMAL(18, 2) AS first_touch_margin,
  credits.linear_margin::DECIMAL(18, 2) AS linear_margin,
  @safe_divide(COALESCE(credits.converted_customers, 0), reach.contacted_customers)::DOUBLE AS conversion_rate,
  @safe_divide(reach.opened_customers, reach.contacted_customers)::DOUBLE AS open_rate,
  @safe_divide(reach.clicked_customers, reach.contacted_customers)::DOUBLE AS click_rate,
  @safe_divide(credits.last_touch_margin - campaigns.cost_amount, campaigns.cost_amount)::DOUBLE AS last_touch_roi,
  @safe_divide(credits.first_touch_margin - campaigns.cost_amount, campaigns.cost_amount)::DOUBLE AS first_touch_roi,
  @safe_divide(credits.linear_margin - campaigns.cost_amount, campaigns.cost_amount)::DOUBLE AS linear_roi,
  uplift.treated_conversion::DOUBLE AS treated_conversion,
  uplift.holdout_conversion::DOUBLE AS holdout_conversion,
  uplift.conversion_uplift::DOUBLE AS conversion_uplift,
  uplift.conversion_uplift_lower::DOUBLE AS conversion_uplift_lower,
  uplift.conversion_uplift_upper::DOUBLE AS conversion_uplift_upper,
  uplift.conversion_p_value::DOUBLE AS conversion_p_value,
  uplift.revenue_uplift::DOUBLE AS revenue_uplift,
  uplift.revenue_uplift_lower::DOUBLE AS revenue_uplift_lower,
  uplift.revenue_uplift_upper::DOUBLE AS revenue_uplift_upper,
  uplift.revenue_p_value::DOUBLE AS revenue_p_value,
  adjusted.revenue_uplift::DOUBLE AS adjusted_revenue_uplift,
  adjusted.revenue_uplift_lower::DOUBLE AS adjusted_revenue_uplift_lower,
  adjusted.revenue_uplift_upper::DOUBLE AS adjusted_revenue_uplift_upper,
  adjusted.revenue_p_value::DOUBLE AS adjusted_revenue_p_value,
  adjusted.variance_reduction::DOUBLE AS uplift_variance_reduction,
  (
    uplift.revenue_uplift * uplift.treated_customers
  )::DECIMAL(18, 2) AS incremental_revenue,
  (
    uplift.revenue_uplift_lower * uplift.treated_customers
  )::DECIMAL(18, 2) AS incremental_revenue_lower,
  (
    uplift.revenue_uplift_upper * uplift.treated_customers
  )::DECIMAL(18, 2) AS incremental_revenue_upper,
  (
    uplift.margin_uplift * uplift.treated_customers
  )::DECIMAL(18, 2) AS incremental_margin,
  @safe_divide(uplift.margin_uplift * uplift.treated_customers - campaigns.cost_amount, campaigns.cost_amount)::DOUBLE AS incremental_roi,
  (
    NOT uplift.campaign_id IS NULL
  )::BOOLEAN AS has_holdout,
  COALESCE(campaigns.last_measured_date < as_of.as_of_date, FALSE)::BOOLEAN AS is_measured_to_the_end,
  campaigns.start_date::DATE AS start_date,
  campaigns.end_date::DATE AS end_date,
  campaigns.last_measured_date::DATE AS last_measured_date
FROM intermediate.int_campaigns AS campaigns
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_campaign_reach AS reach
  ON campaigns.campaign_id = reach.campaign_id
LEFT JOIN credits
  ON campaigns.campaign_id = credits.campaign_id
LEFT JOIN intermediate.int_campaign_uplift AS uplift
  ON campaigns.campaign_id = uplift.campaign_id
LEFT JOIN intermediate.int_campaign_adjusted_uplift AS adjusted
  ON campaigns.campaign_id = adjusted.campaign_id
