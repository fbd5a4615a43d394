MODEL (
  name staging.stg_fx_rates,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (rate_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain (currency, rate_date),
  audits (
    not_null(columns := (currency, rate_to_reporting, rate_date)),
    unique_combination_of_columns(columns := (currency, rate_date)),
    rows_conserved(checked_model := staging.checked_fx_rates),
    rejected_share_below(checked_model := staging.checked_fx_rates)
  ),
  description 'Exchange rates. One row per currency and day. Answers: what was a currency worth in that of the reports?',
  column_descriptions (
    currency = 'Currency, ISO 4217',
    rate_to_reporting = 'Value of one unit in the reporting currency',
    rate_date = 'Day of the rate'
  )
);

SELECT
  UPPER(TRIM(fx_rates.currency))::TEXT AS currency,
  fx_rates.rate_to_reporting::DECIMAL(18, 8) AS rate_to_reporting,
  checked.event_date::DATE AS rate_date
FROM raw.fx_rates AS fx_rates
INNER JOIN staging.checked_fx_rates AS checked
  ON fx_rates.currency = checked.currency AND fx_rates.rate_date = checked.rate_date
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
