MODEL (
  name intermediate.@table_name,
  kind @snapshot_kind(@is_history),
  blueprints (
    (table_name := int_customer_finished_months, is_history := TRUE),
    (table_name := int_customer_running_month, is_history := FALSE)
  ),
  owner customer_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (customer_id, month_start),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, month_start, cohort_month, months_since_first_order, order_count)),
    unique_combination_of_columns(columns := (customer_id, month_start)),
    forall(
      criteria := (
        months_since_first_order >= 0,
        (
          months_since_first_order = 0
        ) = (
          month_start = cohort_month
        ),
        last_order_date BETWEEN month_start AND snapshot_date
      )
    )
  ),
  description 'What each customer bought in each calendar month with a valid sale: in months that are over (int_customer_finished_months), and in the one of the as-of date before that date (int_customer_running_month). One row per customer and month with an order. Read intermediate.int_customer_months, which is both. Answers: what did customers buy in a month?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    months_since_first_order = 'Calendar months after the month of the first order, which is 0',
    order_count = 'Orders of the month',
    purchase_days = 'Days of the month with an order',
    net_revenue_amount = 'Net revenue of the month',
    gross_margin_amount = 'Gross margin of the orders of the month whose cost is known; null where no cost is known',
    last_order_date = 'Day of the last order of the month',
    cohort_month = 'First day of the month of the first order',
    month_start = 'First day of the month',
    snapshot_date = 'Last day of the month'
  )
);

WITH calendar AS (
  SELECT
    @time_spine(first_order_date, (
      as_of_date - 1
    )::DATE, 'month')::DATE AS month_start,
    as_of_date
  FROM intermediate.int_as_of
  WHERE
    NOT first_order_date IS NULL
), chosen_months AS (
  SELECT
    month_start,
    (
      month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY
    )::DATE AS snapshot_date,
    as_of_date
  FROM calendar
  WHERE
    @in_interval((
      month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY
    )::DATE)
    AND (
      @is_history OR (
        month_start + INTERVAL '1' MONTH
      )::DATE > as_of_date
    )
), months AS (
  SELECT
    days.customer_id,
    chosen_months.month_start,
    chosen_months.snapshot_date,
    SUM(days.order_count) AS order_count,
    COUNT(*) AS purchase_days,
    SUM(days.net_revenue_amount) AS net_revenue_amount,
    SUM(days.gross_margin_amount) AS gross_margin_amount,
    MAX(days.order_date) AS last_order_date
  FROM intermediate.int_customer_days AS days
  INNER JOIN chosen_months
    ON @month_start(days.order_date) = chosen_months.month_start
    AND (
      @is_history OR days.order_date < chosen_months.as_of_date
    )
  WHERE
    days.order_date >= (
      SELECT
        MIN(month_start)
      FROM chosen_months
    ) /* Says what the join says, so that days before are not read. */
  GROUP BY
    days.customer_id,
    chosen_months.month_start,
    chosen_months.snapshot_date
), cohorts AS (
  SELECT
    customer_id,
    @month_start(MIN(order_date)) AS cohort_month
  FROM intermediate.int_customer_days
  WHERE
    gap_days IS NULL AND customer_id IN (
      SELECT
        customer_id
      FROM months
    )
  GROUP BY
    customer_id
)
SELECT
  months.customer_id::TEXT AS customer_id,
  @months_between(cohorts.cohort_month, months.month_start)::INT AS months_since_first_order,
  months.order_count::BIGINT AS order_count,
  months.purchase_days::BIGINT AS purchase_days,
  months.net_revenue_amount::DECIMAL(18, 2) AS net_revenue_amount,
  months.gross_margin_amount::DECIMAL(18, 2) AS gross_margin_amount,
  months.last_order_date::DATE AS last_order_date,
  cohorts.cohort_month::DATE AS cohort_month,
  months.month_start::DATE AS month_start,
  months.snapshot_date::DATE AS snapshot_date
FROM months
INNER JOIN cohorts
  ON months.customer_id = cohorts.customer_id
