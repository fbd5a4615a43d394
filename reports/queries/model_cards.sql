-- The models in use, with what decides about each: its measure beside that of a simple rule.
WITH judged (place, task, title, subject, metric, baseline, measure, purpose) AS (
  VALUES
    (1, 'churn', 'Churn', 'active_customers', 'roc_auc', 'recency', 'Right order of a leaver and a stayer', 'the probability that a customer does not order within the horizon'),
    (2, 'clv', 'Customer value', 'revenue', 'spearman', 'previous_period', 'Rank correlation with what customers spent', 'the net revenue that a customer brings within the horizon'),
    (3, 'next_order', 'Next order', 'order_within_30_days', 'roc_auc', 'recency', 'Right order of a buyer and a non-buyer', 'when a customer orders next, with an interval')
)
SELECT
  registry.task,
  COALESCE(judged.title, registry.task) AS title,
  '/models/' || COALESCE(judged.title, registry.task) AS page,
  COALESCE(judged.place, 9) AS place,
  judged.purpose,
  judged.subject,
  judged.metric,
  judged.measure,
  registry.version,
  registry.is_usable,
  registry.problem,
  registry.horizon_days,
  registry.wanted_horizon_days,
  registry.training_rows,
  registry.training_customers,
  registry.holdout_rows,
  registry.first_training_cutoff,
  registry.first_holdout_cutoff,
  registry.last_holdout_cutoff,
  registry.as_of_date AS trained_on,
  registry.git_commit,
  registry.data_fingerprint,
  MAX(metrics.value) FILTER (metrics.predictor = 'model') AS model_value,
  MAX(metrics.value_lower) FILTER (metrics.predictor = 'model') AS lower_value,
  MAX(metrics.value_upper) FILTER (metrics.predictor = 'model') AS upper_value,
  MAX(metrics.value) FILTER (metrics.predictor = judged.baseline) AS rule_value,
  CASE
    WHEN lower_value > rule_value THEN 'better'
    WHEN upper_value < rule_value THEN 'worse'
    WHEN model_value IS NOT NULL AND rule_value IS NOT NULL THEN 'unclear'
  END AS verdict
FROM ml.model_registry AS registry
LEFT JOIN judged ON judged.task = registry.task
LEFT JOIN ml.model_metrics AS metrics
  ON metrics.task = registry.task
  AND metrics.version = registry.version
  AND metrics.subject = judged.subject
  AND metrics.metric = judged.metric
WHERE registry.is_champion
GROUP BY ALL
ORDER BY place, registry.task
