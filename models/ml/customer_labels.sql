MODEL (
  name ml.customer_labels,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (label_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (ml, cumulative),
  grain (customer_id, cutoff_date, horizon_days),
  audits (
    not_null(columns := (customer_id, cutoff_date, horizon_days, order_count, net_revenue_amount)),
    unique_combination_of_columns(columns := (customer_id, cutoff_date, horizon_days)),
    forall(
      criteria := (
        order_count >= 0,
        (
          order_count = 0
        ) = (
          days_to_next_order IS NULL
        ),
        COALESCE(days_to_next_order, 0) < horizon_days
      )
    ),
    labels_equal_customer_days(customer_days := intermediate.int_customer_days, cutoffs := ml.feature_cutoffs, blocking := FALSE)
  ),
  description 'What each customer did in the days from a cutoff on, once those days are over. One row per customer of ml.customer_features, cutoff and horizon. Answers: what should a prediction made at the cutoff have said?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    horizon_days = 'Length of the window that begins with the cutoff',
    order_count = 'Orders in the window',
    days_to_next_order = 'Days from the cutoff to the first order in the window; null without one',
    net_revenue_amount = 'Net revenue of the window',
    gross_margin_amount = 'Gross margin of the window; null where no cost is known',
    cutoff_date = 'First day of the window',
    label_date = 'Last day of the window'
  )
);

@forget_before(cutoff_date, (
  SELECT
    MIN(cutoff_date)
  FROM ml.feature_cutoffs
));

WITH horizons AS (
  SELECT
    UNNEST([@EACH(@label_horizons_days, days -> @days)])::INT AS horizon_days
), halvings AS (
  SELECT
    UNNEST(@all_halvings(TRUE))::INT AS hash_halvings
), windows AS (
  SELECT
    cutoffs.cutoff_date,
    cutoffs.sample_halvings,
    horizons.horizon_days,
    (
      cutoffs.cutoff_date + horizons.horizon_days - 1
    )::DATE AS label_date
  FROM ml.feature_cutoffs AS cutoffs
  CROSS JOIN horizons
  INNER JOIN intermediate.int_as_of AS as_of
    ON cutoffs.cutoff_date + horizons.horizon_days <= as_of.as_of_date
  WHERE
    NOT cutoffs.is_current
    AND (
      cutoffs.cutoff_date + horizons.horizon_days - 1
    )::DATE BETWEEN @start_ds::DATE AND @end_ds::DATE
), sampled_windows AS (
  SELECT
    windows.cutoff_date,
    windows.horizon_days,
    windows.label_date,
    halvings.hash_halvings
  FROM windows
  INNER JOIN halvings
    ON windows.sample_halvings <= halvings.hash_halvings
), orders_in_window AS (
  SELECT
    days.customer_id,
    sampled_windows.cutoff_date,
    sampled_windows.horizon_days,
    SUM(days.order_count)::BIGINT AS order_count,
    MIN(DATE_DIFF('DAY', sampled_windows.cutoff_date, days.order_date))::BIGINT AS days_to_next_order,
    SUM(days.net_revenue_amount)::DECIMAL(18, 2) AS net_revenue_amount,
    SUM(days.gross_margin_amount)::DECIMAL(18, 2) AS gross_margin_amount
  FROM sampled_windows
  INNER JOIN intermediate.int_customer_days AS days
    ON @hash_halvings(days.customer_id) = sampled_windows.hash_halvings
    AND days.order_date BETWEEN sampled_windows.cutoff_date AND sampled_windows.label_date
  GROUP BY
    days.customer_id,
    sampled_windows.cutoff_date,
    sampled_windows.horizon_days
)
SELECT
  features.customer_id::TEXT AS customer_id,
  windows.horizon_days::INT AS horizon_days,
  COALESCE(orders.order_count, 0)::BIGINT AS order_count,
  orders.days_to_next_order::BIGINT AS days_to_next_order,
  COALESCE(orders.net_revenue_amount, 0)::DECIMAL(18, 2) AS net_revenue_amount,
  CASE WHEN orders.order_count IS NULL THEN 0 ELSE orders.gross_margin_amount END::DECIMAL(18, 2) AS gross_margin_amount,
  windows.cutoff_date::DATE AS cutoff_date,
  windows.label_date::DATE AS label_date
FROM windows
INNER JOIN ml.customer_features AS features
  ON windows.cutoff_date = features.cutoff_date
LEFT JOIN orders_in_window AS orders
  ON features.customer_id = orders.customer_id
  AND windows.cutoff_date = orders.cutoff_date
  AND windows.horizon_days = orders.horizon_days
