MODEL (
  name intermediate.int_channel_payback,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (channel, month_start),
  audits (
    not_null(columns := (channel, month_start, new_customers)),
    unique_combination_of_columns(columns := (channel, month_start)),
    accepted_range("column" := payback_months, min_v := 0),
    sums_agree(
      "column" := new_customers,
      other_table := intermediate.int_channel_months,
      other_column := new_customer_count
    )
  ),
  description 'Customers won per channel and month, what they brought so far, and when that had paid for the spend of the month. One row per channel and month with a new customer or spend. A month without a line of spend cost nothing if it lies between the first and the last month with spend on any channel; else it is unknown what it cost. Answers: how many customers did a channel win, what have they brought, and after how many months was the spend back?',
  column_descriptions (
    channel = 'Channel; unknown where the shop does not say',
    new_customers = 'Customers with their first valid order in the month',
    payback_months = 'Calendar months after which the margin of these customers reached the spend of the month, 0 for the month itself; null while it has not',
    spend_amount = 'Amount spent on the channel in the month; null where unknown',
    retention_spend_amount = 'Of it, on campaigns that contact customers the shop knows',
    revenue_so_far = 'Net revenue of these customers so far',
    margin_so_far = 'Gross margin of these customers so far; null where no cost of goods is known',
    month_start = 'First day of the month'
  )
);

WITH covered AS (
  SELECT
    MIN(month_start) AS first_month,
    MAX(month_start) AS last_month
  FROM intermediate.int_channel_spend
), channel_months AS (
  SELECT
    channel,
    acquisition_month AS month_start
  FROM intermediate.int_channel_months
  UNION
  SELECT
    channel,
    month_start
  FROM intermediate.int_channel_spend
), spend AS (
  SELECT
    months.channel,
    months.month_start,
    COALESCE(
      spend.spend_amount,
      CASE WHEN months.month_start BETWEEN covered.first_month AND covered.last_month THEN 0 END
    ) AS spend_amount,
    COALESCE(
      spend.retention_spend_amount,
      CASE WHEN months.month_start BETWEEN covered.first_month AND covered.last_month THEN 0 END
    ) AS retention_spend_amount
  FROM channel_months AS months
  CROSS JOIN covered
  LEFT JOIN intermediate.int_channel_spend AS spend
    ON months.channel = spend.channel AND months.month_start = spend.month_start
), margins AS (
  SELECT
    channel,
    acquisition_month,
    months_since,
    new_customer_count,
    net_revenue_amount,
    gross_margin_amount,
    SUM(gross_margin_amount) OVER (PARTITION BY channel, acquisition_month ORDER BY months_since) AS margin_by_then
  FROM intermediate.int_channel_months
)
SELECT
  spend.channel::TEXT AS channel,
  COALESCE(SUM(margins.new_customer_count), 0)::BIGINT AS new_customers,
  MIN(CASE WHEN margins.margin_by_then >= spend.spend_amount THEN margins.months_since END)::BIGINT AS payback_months,
  spend.spend_amount::DECIMAL(18, 2) AS spend_amount,
  spend.retention_spend_amount::DECIMAL(18, 2) AS retention_spend_amount,
  COALESCE(SUM(margins.net_revenue_amount), 0)::DECIMAL(18, 2) AS revenue_so_far,
  SUM(margins.gross_margin_amount)::DECIMAL(18, 2) AS margin_so_far,
  spend.month_start::DATE AS month_start
FROM spend
LEFT JOIN margins
  ON spend.channel = margins.channel AND spend.month_start = margins.acquisition_month
GROUP BY
  spend.channel,
  spend.month_start,
  spend.spend_amount,
  spend.retention_spend_amount
