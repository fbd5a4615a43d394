-- The three actions from which most is expected.
SELECT
  next_action AS action,
  UPPER(action_owner[1]) || REPLACE(action_owner[2:], '_', ' ') AS owner,
  COUNT(*) AS customers,
  SUM(expected_value) AS expected
FROM marts.mart_action_list
WHERE NOT is_holdout AND expected_value > 0
GROUP BY ALL
ORDER BY expected DESC, action
LIMIT 3
