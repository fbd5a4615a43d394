-- Every metric of the period, compared and judged as marts.mart_kpis does; the sales first.
SELECT
  kpis.metric,
  metrics.label,
  metrics.format,
  kpis.value,
  kpis.prior_value,
  kpis.change_share,
  kpis.prior_year_change_share,
  kpis.z_score,
  kpis.change_significance,
  kpis.change_significance IN ('improved', 'worsened', 'changed') AS is_unusual,
  kpis.period_start AS first_day,
  kpis.period_end AS last_day
FROM marts.mart_kpis AS kpis
INNER JOIN quality.metric_definitions AS metrics ON metrics.metric = kpis.metric
WHERE kpis.dimension = 'all'
  AND kpis.grain = ${params.period.kind}
  AND kpis.period_start = ${params.period.start}::DATE
  -- What counts all so far grows as a rule.
  AND metrics.over <> 'so_far'
ORDER BY
  LIST_POSITION(['net_revenue', 'orders', 'aov', 'gross_margin', 'new_customers', 'new_signups', 'visits', 'conversion_rate'], kpis.metric) NULLS LAST,
  metrics.label
