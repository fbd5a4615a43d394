MODEL (
  name marts.mart_channel_economics,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (mart, marketing),
  grain (channel, month_start),
  audits (
    sums_agree(
      "column" := new_customers,
      other_table := intermediate.int_channel_payback,
      other_column := new_customers,
      other_condition := EXISTS(
        SELECT
          1
        FROM intermediate.int_channel_payback
        WHERE
          channel <> 'unknown'
      )
      OR EXISTS(
        SELECT
          1
        FROM intermediate.int_channel_visits
        WHERE
          channel <> 'unknown'
      )
    ),
    sums_agree("column" := spend_amount, other_table := intermediate.int_channel_spend, other_column := spend_amount)
  ),
  description 'What winning customers costs and brings. A customer belongs to the channel of the sign-up and to the month of the first valid order. The value of a customer is margin realised so far, which grows with the age of the month; beside it stands what is expected with the predicted revenue of the next twelve months, where a model has scored these customers. One row per channel and month with a new customer, spend or a visit; none where the shop knows no channel of anything. Answers: what does a new customer cost on each channel, how much margin comes back for it, after how many months is it paid, and how many visits become orders?',
  column_descriptions (
    month_start = 'First day of the month',
    channel = 'Channel; unknown where the shop does not say',
    spend_amount = 'Amount spent on the channel; null where the shop has no record for the time',
    retention_spend_amount = 'Of it, on campaigns that contact customers the shop knows',
    impressions = 'Times shown, where spend says',
    clicks = 'Times clicked, where spend says',
    visits = 'Visits to the web shop; null before and after the months in which visits are on record',
    converted_visits = 'Visits that led to an order; null like visits',
    conversion_rate = 'The second as a share of the first, 0 to 1; null without visits',
    new_customers = 'Customers with their first valid order in the month',
    customer_acquisition_cost = 'Spend per new customer; null without either',
    revenue_so_far = 'Net revenue of these customers so far',
    margin_so_far = 'Gross margin of these customers so far, of the orders whose cost is known; null where none is, and without new customers',
    ltv_amount = 'Margin so far per new customer',
    ltv_to_cac = 'Margin so far as a multiple of the spend; null without spend',
    predicted_ltv_amount = 'Margin so far and the predicted revenue of twelve months at the margin so far, per new customer; null where no model has scored',
    predicted_ltv_to_cac = 'The same as a multiple of the spend per new customer',
    payback_months = 'Calendar months after which the margin of these customers reached the spend, 0 for the month itself; null while it has not',
    months_observed = 'Calendar months since, as far as they are complete',
    is_current_period = 'The month of the last complete day'
  )
);

WITH visits AS (
  SELECT
    visits.channel,
    @month_start(visits.session_date) AS month_start,
    SUM(visits.visit_count) AS visits,
    SUM(visits.converted_visit_count) AS converted_visits
  FROM intermediate.int_channel_visits AS visits
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    visits.session_date < as_of.as_of_date
  GROUP BY
    visits.channel,
    @month_start(visits.session_date)
), visited_months AS (
  SELECT
    MIN(month_start) AS first_month,
    MAX(month_start) AS last_month
  FROM visits
), expectations AS (
  SELECT
    COALESCE(customers.acquisition_channel, 'unknown') AS channel,
    @month_start(summary.first_order_date) AS month_start,
    SUM(predictions.predicted_clv_12m::DECIMAL(18, 2)) AS predicted_revenue
  FROM intermediate.int_customer_predictions AS predictions
  INNER JOIN intermediate.int_customer_order_summary AS summary
    ON predictions.customer_id = summary.customer_id
  LEFT JOIN staging.stg_customers AS customers
    ON predictions.customer_id = customers.customer_id
  GROUP BY
    COALESCE(customers.acquisition_channel, 'unknown'),
    @month_start(summary.first_order_date)
), channel_months AS (
  SELECT
    channel,
    month_start
  FROM intermediate.int_channel_payback
  UNION
  SELECT
    channel,
    month_start
  FROM visits
), values_so_far AS (
  SELECT
    months.month_start,
    months.channel,
    payback.spend_amount,
    payback.retention_spend_amount,
    CASE
      WHEN months.month_start BETWEEN visited_months.first_month AND visited_months.last_month
      THEN COALESCE(visits.visits, 0)
    END AS visits,
    CASE
      WHEN months.month_start BETWEEN visited_months.first_month AND visited_months.last_month
      THEN COALESCE(visits.converted_visits, 0)
    END AS converted_visits,
    COALESCE(payback.new_customers, 0) AS new_customers,
    COALESCE(payback.revenue_so_far, 0) AS revenue_so_far,
    payback.margin_so_far,
    payback.margin_so_far + expectations.predicted_revenue * @safe_divide(payback.margin_so_far, payback.revenue_so_far) AS expected_margin,
    payback.payback_months
  FROM channel_months AS months
  CROSS JOIN visited_months
  LEFT JOIN intermediate.int_channel_payback AS payback
    ON months.channel = payback.channel AND months.month_start = payback.month_start
  LEFT JOIN visits
    ON months.channel = visits.channel AND months.month_start = visits.month_start
  LEFT JOIN expectations
    ON months.channel = expectations.channel AND months.month_start = expectations.month_start
  WHERE
    EXISTS(
      SELECT
        1
      FROM intermediate.int_channel_payback
      WHERE
        channel <> 'unknown'
    )
    OR EXISTS(
      SELECT
        1
      FROM intermediate.int_channel_visits
      WHERE
        channel <> 'unknown'
    )
)
SELECT
  months.month_start::DATE AS month_start,
  months.channel::TEXT AS channel,
  months.spend_amount::DECIMAL(18, 2) AS spend_amount,
  months.retention_spend_amount::DECIMAL(18, 2) AS retention_spend_amount,
  spend.impressions::BIGINT AS impressions,
  spend.clicks::BIGINT AS clicks,
  months.visits::BIGINT AS visits,
  months.converted_visits::BIGINT AS converted_visits,
  @safe_divide(months.converted_visits, months.visits)::DOUBLE AS conversion_rate,
  months.new_customers::BIGINT AS new_customers,
  @safe_divide(months.spend_amount, months.new_customers)::DOUBLE AS customer_acquisition_cost,
  months.revenue_so_far::DECIMAL(18, 2) AS revenue_so_far,
  months.margin_so_far::DECIMAL(18, 2) AS margin_so_far,
  @safe_divide(months.margin_so_far, months.new_customers)::DOUBLE AS ltv_amount,
  @safe_divide(months.margin_so_far, months.spend_amount)::DOUBLE AS ltv_to_cac,
  @safe_divide(months.expected_margin, months.new_customers)::DOUBLE AS predicted_ltv_amount,
  @safe_divide(months.expected_margin, months.spend_amount)::DOUBLE AS predicted_ltv_to_cac,
  months.payback_months::BIGINT AS payback_months,
  DATE_DIFF('MONTH', months.month_start, @month_start(as_of.as_of_date))::BIGINT AS months_observed,
  (
    months.month_start = @month_start((
      as_of.as_of_date - 1
    )::DATE)
  )::BOOLEAN AS is_current_period
FROM values_so_far AS months
CROSS JOIN intermediate.int_as_of AS as_of
LEFT JOIN intermediate.int_channel_spend AS spend
  ON months.channel = spend.channel AND months.month_start = spend.month_start
