SELECT
  cohort_month,
  STRFTIME(cohort_month, '%b %Y') || CASE WHEN is_small_cohort THEN ' (small)' ELSE '' END AS cohort,
  customer_count AS customers,
  months_since_first_order AS months,
  CASE WHEN is_complete THEN retention_share END AS retained_share,
  CASE WHEN is_complete THEN revenue_retention_share END AS revenue_share,
  CASE WHEN is_complete THEN cumulative_margin_per_customer END AS margin_amount,
  CASE WHEN is_complete THEN cumulative_revenue_per_customer END AS revenue_amount
FROM marts.mart_cohort_retention
WHERE months_since_first_order <= ${vars.cohort_months_shown}
  AND cohort_month > (
    SELECT MAX(cohort_month) - INTERVAL 1 MONTH * (${vars.cohort_months_shown} + 6) FROM marts.mart_cohort_retention
  )
ORDER BY cohort_month DESC, months
