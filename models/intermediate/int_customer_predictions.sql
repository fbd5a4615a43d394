MODEL (
  name intermediate.int_customer_predictions,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain customer_id,
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, scoring_date)),
    unique_combination_of_columns(columns := (
      customer_id
    )),
    accepted_range("column" := churn_probability, min_v := 0, max_v := 1)
  ),
  description 'The latest scores of each customer, of the latest scoring date of each task, unless that is too long ago to trust. One row per scored customer; empty while no model is trained. Answers: what do the models expect of a customer?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    clv_model_version = 'Version of the model of customer value',
    churn_model_version = 'Version of the model of churn',
    clv_horizon_days = 'Days ahead that the predicted value covers',
    churn_probability = 'Probability of no order in the churn horizon, 0 to 1',
    predicted_clv_12m = 'Predicted net revenue over the horizon, 12 months where the history allows',
    predicted_clv_lower = 'Lower end of the 80% range',
    predicted_clv_upper = 'Upper end of the 80% range',
    predicted_margin = 'Predicted gross margin over the horizon; null where no cost is known',
    expected_next_order_date = 'Expected day of the next order',
    next_order_from = 'Earliest day of the 80% range',
    next_order_to = 'Latest day of the 80% range',
    scoring_date = 'Day of the latest scores'
  )
);

WITH clv AS (
  SELECT
    predictions.customer_id,
    predictions.scoring_date,
    predictions.model_version,
    predictions.horizon_days,
    predictions.predicted_clv,
    predictions.predicted_clv_lower,
    predictions.predicted_clv_upper,
    predictions.predicted_margin
  FROM ml.clv_predictions AS predictions
  WHERE
    predictions.scoring_date = (
      SELECT
        MAX(latest.scoring_date)
      FROM ml.clv_predictions AS latest
    )
    AND predictions.scoring_date >= (
      SELECT
        (
          as_of_date - @max_score_age_days
        )::DATE
      FROM intermediate.int_as_of
    )
), churn AS (
  SELECT
    predictions.customer_id,
    predictions.scoring_date,
    predictions.model_version,
    predictions.churn_probability
  FROM ml.churn_predictions AS predictions
  WHERE
    predictions.scoring_date = (
      SELECT
        MAX(latest.scoring_date)
      FROM ml.churn_predictions AS latest
    )
    AND predictions.scoring_date >= (
      SELECT
        (
          as_of_date - @max_score_age_days
        )::DATE
      FROM intermediate.int_as_of
    )
), next_order AS (
  SELECT
    predictions.customer_id,
    predictions.scoring_date,
    predictions.expected_next_order_date,
    predictions.next_order_from,
    predictions.next_order_to
  FROM ml.next_order_predictions AS predictions
  WHERE
    predictions.scoring_date = (
      SELECT
        MAX(latest.scoring_date)
      FROM ml.next_order_predictions AS latest
    )
    AND predictions.scoring_date >= (
      SELECT
        (
          as_of_date - @max_score_age_days
        )::DATE
      FROM intermediate.int_as_of
    )
), scored_customers AS (
  SELECT
    customer_id,
    scoring_date
  FROM clv
  UNION ALL
  SELECT
    customer_id,
    scoring_date
  FROM churn
  UNION ALL
  SELECT
    customer_id,
    scoring_date
  FROM next_order
), latest_scoring AS (
  SELECT
    customer_id,
    MAX(scoring_date) AS scoring_date
  FROM scored_customers
  GROUP BY
    customer_id
)
SELECT
  latest_scoring.customer_id::TEXT AS customer_id,
  clv.model_version::TEXT AS clv_model_version,
  churn.model_version::TEXT AS churn_model_version,
  clv.horizon_days::INT AS clv_horizon_days,
  churn.churn_probability::DOUBLE AS churn_probability,
  clv.predicted_clv::DOUBLE AS predicted_clv_12m,
  clv.predicted_clv_lower::DOUBLE AS predicted_clv_lower,
  clv.predicted_clv_upper::DOUBLE AS predicted_clv_upper,
  clv.predicted_margin::DOUBLE AS predicted_margin,
  next_order.expected_next_order_date::DATE AS expected_next_order_date,
  next_order.next_order_from::DATE AS next_order_from,
  next_order.next_order_to::DATE AS next_order_to,
  latest_scoring.scoring_date::DATE AS scoring_date
FROM latest_scoring
LEFT JOIN clv
  ON latest_scoring.customer_id = clv.customer_id
LEFT JOIN churn
  ON latest_scoring.customer_id = churn.customer_id
LEFT JOIN next_order
  ON latest_scoring.customer_id = next_order.customer_id
