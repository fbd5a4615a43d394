MODEL (
  name ml.@table_name,
  kind @snapshot_kind(@is_history),
  blueprints (
    (table_name := customer_features, is_history := TRUE),
    (table_name := customer_features_now, is_history := FALSE)
  ),
  owner data_team,
  cron '@daily',
  tags (ml, cumulative),
  grain (customer_id, cutoff_date),
  audits (
    not_null(columns := (customer_id, cutoff_date, snapshot_date, order_count, spend_amount)),
    unique_combination_of_columns(columns := (customer_id, cutoff_date)),
    forall(
      criteria := (
        recency_days >= 1,
        tenure_days >= recency_days,
        repeat_days = purchase_days - 1,
        last_repeat_age_days = tenure_days - recency_days,
        order_count >= purchase_days,
        snapshot_date < cutoff_date
      )
    ),
    features_equal_customer_days(
      customer_days := intermediate.int_customer_days,
      cutoffs := ml.feature_cutoffs,
      is_current := NOT @is_history,
      blocking := FALSE
    )
  ),
  description 'What was known about each customer before a cutoff: the first of each month (customer_features), or now (customer_features_now). One row per customer with an order before the cutoff, and cutoff; of a cutoff with many customers customer_features keeps a share drawn by hash, see ml.feature_cutoffs. Answers: what may a prediction made on that day know? Both tables are one definition, so training and scoring see the same.',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    order_count = 'Orders before the cutoff',
    order_count_30d = 'Orders in the 30 days before the cutoff',
    order_count_90d = 'Orders in the 90 days before the cutoff',
    order_count_180d = 'Orders in the 180 days before the cutoff',
    order_count_365d = 'Orders in the 365 days before the cutoff',
    purchase_days = 'Days with an order',
    repeat_days = 'Days with an order after the first such day: x of BG/NBD',
    last_repeat_age_days = 'Days from the first to the last order: t_x of BG/NBD',
    tenure_days = 'Days from the first order to the cutoff: T of BG/NBD',
    recency_days = 'Days from the last order to the cutoff',
    spend_amount = 'Net revenue before the cutoff',
    spend_amount_30d = 'Net revenue of the 30 days before the cutoff',
    spend_amount_90d = 'Net revenue of the 90 days before the cutoff',
    spend_amount_180d = 'Net revenue of the 180 days before the cutoff',
    spend_amount_365d = 'Net revenue of the 365 days before the cutoff',
    monthly_spend_amount = 'Net revenue per 30 days since the first order, of at least 30 days',
    average_order_amount = 'Net revenue per order',
    average_day_amount = 'Net revenue per day with an order',
    repeat_day_amount = 'Net revenue per repeat day; null without one',
    max_day_amount = 'Net revenue of the largest day',
    decayed_orders_30d = 'Orders, each weighted exp(-age / 30 days)',
    decayed_orders_90d = 'Orders, each weighted exp(-age / 90 days)',
    decayed_orders_180d = 'Orders, each weighted exp(-age / 180 days)',
    decayed_spend_amount_30d = 'Net revenue weighted exp(-age / 30 days)',
    decayed_spend_amount_90d = 'Net revenue weighted exp(-age / 90 days)',
    decayed_spend_amount_180d = 'Net revenue weighted exp(-age / 180 days)',
    mean_gap_days = 'Mean days between orders; null without a repeat',
    stddev_gap_days = 'Standard deviation of the days between orders; null without two gaps',
    max_gap_days = 'Longest time between orders; null without a repeat',
    recency_in_gaps = 'Days since the last order, in mean gaps; null without a repeat',
    same_season_orders = 'Orders in the 90 days that begin a year before the cutoff; null before there is such a history',
    same_season_spend_amount = 'Net revenue in the 90 days that begin a year before the cutoff; null before there is such a history',
    items_per_order = 'Units per order',
    lines_per_order = 'Order lines per order',
    discounted_share = 'Share of orders with a discount',
    margin_share = 'Gross margin per net revenue, of orders whose costs are known; null without',
    cutoff_date = 'Everything here comes from orders before this day',
    snapshot_date = 'The last day that counts: the day before the cutoff'
  )
);

@forget_before(cutoff_date, (
  SELECT
    MIN(cutoff_date)
  FROM ml.feature_cutoffs
), @is_history);

WITH halvings AS (
  SELECT
    UNNEST(@all_halvings(@is_history))::INT AS hash_halvings
), cutoffs AS (
  SELECT
    cutoffs.cutoff_date,
    cutoffs.history_days,
    halvings.hash_halvings
  FROM ml.feature_cutoffs AS cutoffs
  INNER JOIN halvings
    ON cutoffs.sample_halvings <= halvings.hash_halvings
  WHERE
    cutoffs.is_current <> @is_history AND @in_interval(cutoffs.snapshot_date)
), days_before_cutoff AS (
  SELECT
    days.customer_id,
    cutoffs.cutoff_date,
    days.order_count,
    days.line_count,
    days.item_count,
    days.discounted_order_count,
    days.net_revenue_amount,
    days.gross_margin_amount,
    days.gap_days,
    DATE_DIFF('DAY', days.order_date, cutoffs.cutoff_date) AS age_days,
    DATE_DIFF('DAY', days.order_date, cutoffs.cutoff_date) BETWEEN 276 AND 365 AS is_same_season,
    cutoffs.history_days
  FROM intermediate.int_customer_days AS days
  INNER JOIN cutoffs
    ON @hash_halvings(days.customer_id, @is_history) = cutoffs.hash_halvings
    AND days.order_date < cutoffs.cutoff_date
), totals AS (
  SELECT
    customer_id,
    cutoff_date,
    MIN(history_days) AS history_days,
    MIN(age_days) AS recency_days,
    MAX(age_days) AS tenure_days,
    COUNT(*) AS purchase_days,
    SUM(order_count)::BIGINT AS order_count,
    @EACH(
      [30, 90, 180, 365],
      days -> SUM(CASE WHEN age_days <= @days THEN order_count ELSE 0 END)::BIGINT AS order_count_@{days}d
    ),
    SUM(CASE WHEN is_same_season THEN order_count ELSE 0 END)::BIGINT AS same_season_orders,
    SUM(net_revenue_amount)::DECIMAL(38, 2)::DOUBLE AS spend_amount,
    @EACH(
      [30, 90, 180, 365],
      days -> SUM(CASE WHEN age_days <= @days THEN net_revenue_amount ELSE 0 END)::DECIMAL(38, 2)::DOUBLE AS spend_amount_@{days}d
    ),
    SUM(CASE WHEN is_same_season THEN net_revenue_amount ELSE 0 END)::DECIMAL(38, 2)::DOUBLE AS same_season_spend_amount,
    SUM(CASE WHEN gap_days > 0 THEN net_revenue_amount ELSE 0 END)::DECIMAL(38, 2)::DOUBLE AS repeat_spend_amount,
    SUM(gross_margin_amount)::DECIMAL(38, 2)::DOUBLE AS margin_amount,
    SUM(CASE WHEN NOT gross_margin_amount IS NULL THEN net_revenue_amount END)::DECIMAL(38, 2)::DOUBLE AS costed_spend_amount,
    MAX(net_revenue_amount)::DOUBLE AS max_day_amount,
    @EACH([30, 90, 180], days -> @decayed(order_count, age_days, @days, 9) AS decayed_orders_@{days}d),
    @EACH(
      [30, 90, 180],
      days -> @decayed(net_revenue_amount, age_days, @days, 6) AS decayed_spend_amount_@{days}d
    ),
    SUM(gap_days)::BIGINT AS gap_days,
    SUM(gap_days * gap_days)::BIGINT AS squared_gap_days,
    MAX(gap_days)::BIGINT AS max_gap_days,
    SUM(line_count)::BIGINT AS line_count,
    SUM(item_count)::BIGINT AS item_count,
    SUM(discounted_order_count)::BIGINT AS discounted_order_count
  FROM days_before_cutoff
  GROUP BY
    customer_id,
    cutoff_date
)
SELECT
  customer_id::TEXT AS customer_id,
  order_count::BIGINT AS order_count,
  @EACH([30, 90, 180, 365], days -> order_count_@{days}d::BIGINT AS order_count_@{days}d),
  purchase_days::BIGINT AS purchase_days,
  (
    purchase_days - 1
  )::BIGINT AS repeat_days,
  (
    tenure_days - recency_days
  )::BIGINT AS last_repeat_age_days,
  tenure_days::BIGINT AS tenure_days,
  recency_days::BIGINT AS recency_days,
  spend_amount::DOUBLE AS spend_amount,
  @EACH([30, 90, 180, 365], days -> spend_amount_@{days}d::DOUBLE AS spend_amount_@{days}d),
  @safe_divide(spend_amount * 30, GREATEST(tenure_days, 30))::DOUBLE AS monthly_spend_amount,
  @safe_divide(spend_amount, order_count)::DOUBLE AS average_order_amount,
  @safe_divide(spend_amount, purchase_days)::DOUBLE AS average_day_amount,
  @safe_divide(repeat_spend_amount, purchase_days - 1)::DOUBLE AS repeat_day_amount,
  max_day_amount::DOUBLE AS max_day_amount,
  @EACH([30, 90, 180], days -> decayed_orders_@{days}d::DOUBLE AS decayed_orders_@{days}d),
  @EACH([30, 90, 180], days -> decayed_spend_amount_@{days}d::DOUBLE AS decayed_spend_amount_@{days}d),
  @safe_divide(gap_days, purchase_days - 1)::DOUBLE AS mean_gap_days,
  CASE WHEN purchase_days >= 3 THEN @stddev_of_sums(purchase_days - 1, gap_days, squared_gap_days) END::DOUBLE AS stddev_gap_days,
  max_gap_days::BIGINT AS max_gap_days,
  @safe_divide(recency_days * (
    purchase_days - 1
  ), gap_days)::DOUBLE AS recency_in_gaps,
  CASE WHEN history_days >= 365 THEN same_season_orders END::BIGINT AS same_season_orders,
  CASE WHEN history_days >= 365 THEN same_season_spend_amount END::DOUBLE AS same_season_spend_amount,
  @safe_divide(item_count, order_count)::DOUBLE AS items_per_order,
  @safe_divide(line_count, order_count)::DOUBLE AS lines_per_order,
  @safe_divide(discounted_order_count, order_count)::DOUBLE AS discounted_share,
  @safe_divide(margin_amount, costed_spend_amount)::DOUBLE AS margin_share,
  cutoff_date::DATE AS cutoff_date,
  (
    cutoff_date - 1
  )::DATE AS snapshot_date
FROM totals
