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
    not_null(columns := (cutoff_date, is_current, history_days)),
    unique_combination_of_columns(columns := (cutoff_date, is_current)),
    forall(criteria := (
      history_days >= 1
    ))
  ),
  description 'The days as of which customers are described for predictions: the first of each month, as far back as feature_history_months, and now. One row per cutoff. Answers: at which days are features and labels kept?',
  column_descriptions (
    history_days = 'Days from the shop''s first order to the cutoff',
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
)
SELECT
  DATE_DIFF('DAY', first_order_date, cutoff_date)::BIGINT AS history_days,
  is_current::BOOLEAN AS is_current,
  cutoff_date::DATE AS cutoff_date,
  (
    cutoff_date - 1
  )::DATE AS snapshot_date
FROM cutoffs
WHERE
  cutoff_date > first_order_date
