MODEL (
  name marts.mart_channel_standing,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (mart, marketing),
  grain channel,
  audits (
    sums_agree(
      "column" := spend_amount,
      other_table := marts.mart_channel_economics,
      other_column := spend_amount,
      other_condition := months_observed BETWEEN 1 AND @channel_standing_months
    ),
    sums_agree(
      "column" := new_customers,
      other_table := marts.mart_channel_economics,
      other_column := new_customers,
      other_condition := months_observed BETWEEN 1 AND @channel_standing_months
    )
  ),
  description 'Where each channel stands: what it cost over the latest complete months together, channel_standing_months of them, what the customers won in them have brought so far, and what follows for its budget. Ratios are made of sums, never of the ratios of months. One row per channel with a new customer, spend or a visit in these months. Answers: which channels pay, which have not paid their cost, and is a new customer dearer than in as many months before?',
  column_descriptions (
    channel = 'Channel; unknown where the shop does not say',
    verdict = 'costs_nothing without spend; wins_nobody without a new customer; margin_unknown where no cost of goods is known; pays from min_ltv_to_cac on; has_paid from 1 on; else has_not_paid',
    new_customers = 'Customers with their first valid order in these months',
    visits = 'Visits to the web shop; null where none are on record',
    converted_visits = 'Visits that led to an order; null like visits',
    paid_months = 'Months with spend and new customers',
    paid_back_months = 'Of these, months whose spend has been reached by the margin of their customers',
    median_payback_months = 'Median of the calendar months this took, of the months paid back',
    longest_payback_months = 'The longest of them',
    spend_amount = 'Amount spent on the channel; null where the shop has no record for the time',
    retention_spend_amount = 'Of it, on campaigns that contact customers the shop knows',
    margin_so_far = 'Gross margin so far of the customers won, of the orders whose cost is known; null where none is',
    customer_acquisition_cost = 'Spend per new customer; null without either',
    earlier_customer_acquisition_cost = 'The same of as many months before',
    ltv_to_cac = 'Margin so far as a multiple of the spend; null without spend',
    conversion_rate = 'Visits that led to an order as a share of visits, 0 to 1; null without visits'
  )
);

WITH latest_and_earlier AS (
  SELECT
    channel,
    months_observed <= @channel_standing_months AS is_latest,
    SUM(new_customers) AS new_customers,
    SUM(visits) AS visits,
    SUM(converted_visits) AS converted_visits,
    SUM(spend_amount) AS spend_amount,
    SUM(retention_spend_amount) AS retention_spend_amount,
    SUM(margin_so_far) AS margin_so_far,
    SUM(CASE WHEN spend_amount > 0 AND new_customers > 0 THEN 1 ELSE 0 END) AS paid_months,
    SUM(CASE WHEN spend_amount > 0 AND NOT payback_months IS NULL THEN 1 ELSE 0 END) AS paid_back_months,
    @quantile(CASE WHEN spend_amount > 0 THEN payback_months END, 0.5) AS median_payback_months,
    MAX(CASE WHEN spend_amount > 0 THEN payback_months END) AS longest_payback_months
  FROM marts.mart_channel_economics
  WHERE
    months_observed BETWEEN 1 AND 2 * @channel_standing_months
  GROUP BY
    channel,
    months_observed <= @channel_standing_months
), compared AS (
  SELECT
    latest.*,
    @safe_divide(latest.spend_amount, latest.new_customers) AS customer_acquisition_cost,
    @safe_divide(earlier.spend_amount, earlier.new_customers) AS earlier_customer_acquisition_cost,
    @safe_divide(latest.margin_so_far, latest.spend_amount) AS ltv_to_cac
  FROM latest_and_earlier AS latest
  LEFT JOIN latest_and_earlier AS earlier
    ON latest.channel = earlier.channel AND NOT earlier.is_latest
  WHERE
    latest.is_latest
)
SELECT
  channel::TEXT AS channel,
  CASE
    WHEN COALESCE(spend_amount, 0) = 0
    THEN 'costs_nothing'
    WHEN new_customers = 0
    THEN 'wins_nobody'
    WHEN margin_so_far IS NULL
    THEN 'margin_unknown'
    WHEN ltv_to_cac >= @min_ltv_to_cac
    THEN 'pays'
    WHEN ltv_to_cac >= 1
    THEN 'has_paid'
    ELSE 'has_not_paid'
  END::TEXT AS verdict,
  new_customers::BIGINT AS new_customers,
  visits::BIGINT AS visits,
  converted_visits::BIGINT AS converted_visits,
  paid_months::BIGINT AS paid_months,
  paid_back_months::BIGINT AS paid_back_months,
  median_payback_months::DOUBLE AS median_payback_months,
  longest_payback_months::BIGINT AS longest_payback_months,
  spend_amount::DECIMAL(18, 2) AS spend_amount,
  retention_spend_amount::DECIMAL(18, 2) AS retention_spend_amount,
  margin_so_far::DECIMAL(18, 2) AS margin_so_far,
  customer_acquisition_cost::DOUBLE AS customer_acquisition_cost,
  earlier_customer_acquisition_cost::DOUBLE AS earlier_customer_acquisition_cost,
  ltv_to_cac::DOUBLE AS ltv_to_cac,
  @safe_divide(converted_visits, visits)::DOUBLE AS conversion_rate
FROM compared
