MODEL (
  name ml.feature_cutoffs,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    ml
  ),
  grain (cutoff_date, is_current),
  audits (
    not_null(columns := (cutoff_date, is_current, history_days, customer_count, sample_halvings)),
    unique_combination_of_columns(columns := (cutoff_date, is_current)),
    forall(criteria := (history_days >= 1, customer_count >= 0))
  ),
  description 'The days as of which customers are described for predictions: the first of each month, as far back as feature_history_months, and now. One row per cutoff. Answers: at which days are features and labels kept, and of which share of the customers?',
  column_descriptions (
    history_days = 'Days from the shop''s first order to the cutoff',
    customer_count = 'Customers with an order before the cutoff',
    sample_halvings = 'How often the customers are halved, by hash, for the history: 1 / 2^halvings of them are kept',
    is_current = 'The cutoff is now, for scoring; the others are history, for training',
    cutoff_date = 'Features come from orders before this day, labels from this day on',
    snapshot_date = 'The day before the cutoff'
  )
);

WITH months AS (
  SELECT
    UNNEST(
      GENERATE_SERIES(
        (
          DATE_TRUNC('MONTH', as_of_date)::DATE - @feature_history_months * INTERVAL '1' MONTH
        )::DATE,
        as_of_date,
        INTERVAL '1' MONTH
      )
    )::DATE AS cutoff_date,
    first_order_date
  FROM intermediate.int_as_of
), cutoffs AS (
  SELECT
    cutoff_date,
    first_order_date,
    FALSE AS is_current
  FROM months
  UNION ALL
  SELECT
    as_of_date AS cutoff_date,
    first_order_date,
    TRUE AS is_current
  FROM intermediate.int_as_of
), newcomers AS (
  SELECT
    order_date AS first_order_date,
    COUNT(*) AS customer_count
  FROM intermediate.int_customer_days
  WHERE
    gap_days IS NULL
  GROUP BY
    order_date
), known AS (
  SELECT
    cutoffs.cutoff_date,
    cutoffs.is_current,
    SUM(newcomers.customer_count)::BIGINT AS customer_count
  FROM cutoffs
  INNER JOIN newcomers
    ON newcomers.first_order_date < cutoffs.cutoff_date
  GROUP BY
    cutoffs.cutoff_date,
    cutoffs.is_current
)
SELECT
  DATE_DIFF('DAY', cutoffs.first_order_date, cutoffs.cutoff_date)::BIGINT AS history_days,
  COALESCE(known.customer_count, 0)::BIGINT AS customer_count,
  CASE
    WHEN cutoffs.is_current
    THEN 0
    ELSE @sample_halvings(COALESCE(known.customer_count, 0), @training_customers)
  END::INT AS sample_halvings,
  cutoffs.is_current::BOOLEAN AS is_current,
  cutoffs.cutoff_date::DATE AS cutoff_date,
  (
    cutoffs.cutoff_date - 1
  )::DATE AS snapshot_date
FROM cutoffs
LEFT JOIN known
  ON cutoffs.cutoff_date = known.cutoff_date AND cutoffs.is_current = known.is_current
WHERE
  cutoffs.cutoff_date > cutoffs.first_order_date
