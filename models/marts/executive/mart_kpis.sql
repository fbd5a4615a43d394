MODEL (
  name marts.mart_kpis,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (mart, executive, metrics),
  grain (metric, grain, period_start, dimension, member),
  audits (
    sums_agree(
      "column" := CASE WHEN metric = 'net_revenue' AND dimension = 'all' THEN value END,
      other_table := marts.mart_executive_financial_summary,
      other_column := 5 * net_revenue,
      tolerance := 0.01
    ),
    sums_agree(
      "column" := CASE WHEN metric = 'gmv' AND dimension = 'all' THEN value END,
      other_table := marts.mart_executive_financial_summary,
      other_column := 5 * gmv,
      tolerance := 0.01
    ),
    sums_agree(
      "column" := CASE WHEN metric = 'orders' AND dimension = 'all' THEN value END,
      other_table := marts.mart_executive_financial_summary,
      other_column := 5 * orders
    ),
    sums_agree(
      "column" := CASE WHEN metric = 'new_customers' AND dimension = 'all' THEN value END,
      other_table := marts.mart_executive_financial_summary,
      other_column := 5 * new_customers
    ),
    few_kpis_jump(
      metrics := (
        'gmv',
        'net_revenue',
        'gross_margin',
        'orders',
        'units',
        'active_customers',
        'new_customers',
        'new_signups',
        'visits',
        'marketing_spend'
      ),
      blocking := FALSE
    )
  ),
  depends_on (
    marts.mart_executive_financial_summary
  ),
  description 'The metrics of metrics/, at every length of period and for every member of the dimensions that each allows. A ratio is made of the sums of its parts in the period, never a mean of ratios. One row per metric, length of period, period, dimension and member with a value; of members, days are kept for a while only (kpi_member_days). A day is compared with the same weekday four weeks before, and its z-score is that among the twelve same weekdays before; longer periods are compared with the one before, and the twelve before. What tells of now only, such as the value of customers, stands in the running periods. Answers: how high is a metric, how did it change, is the change unusual and large enough to matter, and does it reach its target?',
  column_descriptions (
    metric = 'Name of the metric, see quality.metric_definitions',
    grain = 'Length of the period: day, week, month, quarter or year',
    dimension = 'By what the metric is divided; all for the whole shop',
    member = 'Member of the dimension; all for the whole shop, unknown where the shop does not say',
    change_significance = 'improved, worsened or, where neither more nor less is better, changed: where the change is both unlikely and larger than the materiality of the metric; else none; unknown while it cannot be told',
    status = 'on_target, watch (missed by no more than the warning band) or off_target; null without a target, and while the period is not over for what still adds up',
    value = 'The metric, in its unit',
    prior_value = 'Of the period before; of a day, of the same weekday four weeks before',
    prior_year_value = 'Of the same period of the year before',
    change_share = 'Change against the period before as a share of it; null while the period is not over',
    prior_year_change_share = 'The same against the year before',
    z_score = 'Distance from the mean of the twelve periods before in their standard deviations; null with fewer, and while the period is not over',
    target = 'What it should reach or not exceed, valid at the end of the period',
    variance_to_target = 'Value less target',
    is_complete = 'The period is over, and its value does not change any more',
    period_start = 'First day of the period; weeks start on Monday',
    period_end = 'Last day of the period',
    as_of_date = 'The day after the last complete day of orders: everything before it is known'
  )
);

WITH rules AS (
  @metric_rules()
), targets AS (
  @metric_targets()
), measured AS (
  @metric_values()
), series AS (
  SELECT
    metric,
    grain,
    dimension,
    member,
    MIN(period_start) AS first_period_start
  FROM measured
  WHERE
    NOT value IS NULL
  GROUP BY
    metric,
    grain,
    dimension,
    member
), told AS (
  SELECT
    series.metric,
    series.grain,
    series.dimension,
    series.member,
    CASE WHEN measured.metric IS NULL AND rules.adds_up THEN 0 ELSE measured.value END AS value,
    (
      periods.period_end + rules.settles_after_days
    )::DATE < as_of.as_of_date AS is_complete,
    periods.weekday,
    periods.period_start,
    periods.period_end,
    periods.prior_period_start,
    periods.prior_year_start,
    as_of.as_of_date
  FROM series
  INNER JOIN rules
    ON series.metric = rules.metric
  INNER JOIN intermediate.int_kpi_periods AS periods
    ON series.grain = periods.grain AND series.first_period_start <= periods.period_start
  CROSS JOIN intermediate.int_as_of AS as_of
  LEFT JOIN measured
    ON series.metric = measured.metric
    AND series.grain = measured.grain
    AND series.dimension = measured.dimension
    AND series.member = measured.member
    AND periods.period_start = measured.period_start
), compared AS (
  SELECT
    told.metric,
    told.grain,
    told.dimension,
    told.member,
    told.value,
    prior.value AS prior_value,
    prior_year.value AS prior_year_value,
    CASE WHEN told.is_complete THEN @percent_change(told.value, prior.value) END AS change_share,
    CASE WHEN told.is_complete THEN @percent_change(told.value, prior_year.value) END AS prior_year_change_share,
    CASE
      WHEN told.is_complete
      THEN @z_score(told.value, told.period_start, @kpi_z_periods, told.metric, told.grain, told.dimension, told.member, told.weekday)
    END AS z_score,
    told.is_complete,
    told.period_start,
    told.period_end,
    told.as_of_date
  FROM told
  LEFT JOIN told AS prior
    ON told.metric = prior.metric
    AND told.grain = prior.grain
    AND told.dimension = prior.dimension
    AND told.member = prior.member
    AND told.prior_period_start = prior.period_start
  LEFT JOIN told AS prior_year
    ON told.metric = prior_year.metric
    AND told.grain = prior_year.grain
    AND told.dimension = prior_year.dimension
    AND told.member = prior_year.member
    AND told.prior_year_start = prior_year.period_start
)
SELECT
  compared.metric::TEXT AS metric,
  compared.grain::TEXT AS grain,
  compared.dimension::TEXT AS dimension,
  compared.member::TEXT AS member,
  @change_significance(compared.value, compared.prior_value, compared.z_score, rules.materiality, rules.direction)::TEXT AS change_significance,
  CASE
    WHEN compared.is_complete OR rules.tells_while_running
    THEN @target_status(compared.value, targets.target, targets.warning_share, rules.direction)
  END::TEXT AS status,
  compared.value::DOUBLE AS value,
  compared.prior_value::DOUBLE AS prior_value,
  compared.prior_year_value::DOUBLE AS prior_year_value,
  compared.change_share::DOUBLE AS change_share,
  compared.prior_year_change_share::DOUBLE AS prior_year_change_share,
  compared.z_score::DOUBLE AS z_score,
  targets.target::DOUBLE AS target,
  (
    compared.value - targets.target
  )::DOUBLE AS variance_to_target,
  compared.is_complete::BOOLEAN AS is_complete,
  compared.period_start::DATE AS period_start,
  compared.period_end::DATE AS period_end,
  compared.as_of_date::DATE AS as_of_date
FROM compared
INNER JOIN rules
  ON compared.metric = rules.metric
LEFT JOIN targets
  ON compared.metric = targets.metric
  AND compared.grain = targets.grain
  AND compared.dimension = targets.dimension
  AND compared.member = targets.member
  AND LEAST(compared.period_end, (
    compared.as_of_date - 1
  )::DATE) BETWEEN targets.valid_from AND targets.valid_until
WHERE
  NOT compared.value IS NULL
  AND (
    compared.grain <> 'day'
    OR compared.dimension = 'all'
    OR compared.period_start >= compared.as_of_date - @kpi_member_days
  )
