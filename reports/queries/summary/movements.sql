-- Every figure beside the period before, a year ago, and what is usual.
WITH figures AS (
  UNPIVOT ${summary_sums}
  ON net_revenue, orders, average_order_value, gross_margin, refunds, new_customers, signups, visits, conversion_rate, marketing_spend
  INTO NAME metric VALUE amount
),
-- Periods of different length are compared by day, except in ratios.
by_day AS (
  SELECT
    *,
    CASE WHEN metric IN ('average_order_value', 'conversion_rate') THEN 1 ELSE days END AS weight,
    amount / weight AS amount_by_day
  FROM figures
),
compared AS (
  SELECT
    metric,
    MAX(amount) FILTER (place = 0) AS amount_now,
    MAX(amount) FILTER (place = 1) AS amount_before,
    MAX(amount) FILTER (place = -1) AS amount_year_ago,
    MAX(weight) FILTER (place = 0) AS weight_now,
    AVG(amount_by_day) FILTER (place > 0) * weight_now AS usual_amount,
    STDDEV_SAMP(amount_by_day) FILTER (place > 0) * weight_now AS usual_deviation,
    COUNT(*) FILTER (place > 0) AS like_periods
  FROM by_day
  GROUP BY metric
)
SELECT
  metric,
  CASE
    WHEN metric = 'signups' THEN 'Sign-ups'
    WHEN metric = 'refunds' THEN 'Refunds of valid sales'
    WHEN metric = 'conversion_rate' THEN 'Visits that became orders'
    ELSE UPPER(metric[1]) || REPLACE(metric[2:], '_', ' ')
  END AS label,
  CASE
    WHEN metric IN ('orders', 'new_customers', 'signups', 'visits') THEN 'num0'
    WHEN metric = 'average_order_value' THEN 'money2'
    WHEN metric = 'conversion_rate' THEN 'pct1'
    ELSE 'money0'
  END AS format,
  LIST_POSITION(
    ['net_revenue', 'orders', 'average_order_value', 'gross_margin', 'new_customers', 'signups', 'refunds', 'visits', 'conversion_rate', 'marketing_spend'],
    metric
  ) AS place,
  amount_now,
  amount_before,
  amount_year_ago,
  amount_now / NULLIF(amount_before, 0) - 1 AS change_before,
  amount_now / NULLIF(amount_year_ago, 0) - 1 AS change_year_ago,
  CASE WHEN like_periods >= 3 THEN usual_amount END AS usual,
  amount_now / NULLIF(usual, 0) - 1 AS change_usual,
  like_periods >= 3
    AND ABS(amount_now - usual_amount) > ${vars.unlikely_deviations} * usual_deviation
    AND ABS(amount_now - usual_amount) >= ${vars.material_change_share} * ABS(usual_amount) AS is_unusual
FROM compared
WHERE amount_now IS NOT NULL
ORDER BY place
