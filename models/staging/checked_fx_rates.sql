MODEL (
  name staging.checked_fx_rates,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain (currency, rate_date),
  audits (
    same_row_count(table_name := raw.fx_rates)
  ),
  description 'Every raw exchange rate with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.fx_rates. Answers: which exchange rates does staging refuse, and why?',
  column_descriptions (
    currency = 'Currency as the shop writes it',
    rate_date = 'Day of the rate',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the rate; where that is implausible, the day of loading',
    event_time = 'Its day at midnight, as the shop sent it'
  )
);

SELECT
  fx_rates.currency,
  fx_rates.rate_date,
  @rejection_reasons(
    'currency is no ISO 4217 code',
    NOT REGEXP_MATCHES(UPPER(TRIM(fx_rates.currency)), '^[A-Z][A-Z][A-Z]$'),
    'rate is not positive',
    fx_rates.rate_to_reporting <= 0,
    'reporting currency is not worth one',
    UPPER(TRIM(fx_rates.currency)) = @reporting_currency AND fx_rates.rate_to_reporting <> 1,
    'rate_date is too early or in the future',
    NOT @is_plausible_date(fx_rates.rate_date, fx_rates._loaded_at),
    'currency is written in another way too',
    ROW_NUMBER() OVER (PARTITION BY UPPER(TRIM(fx_rates.currency)), fx_rates.rate_date ORDER BY fx_rates.currency) > 1
  ) AS rejection_reasons,
  CASE
    WHEN @is_plausible_date(fx_rates.rate_date, fx_rates._loaded_at)
    THEN fx_rates.rate_date
    ELSE @business_date(fx_rates._loaded_at)
  END AS event_date,
  fx_rates.rate_date::TIMESTAMP AS event_time
FROM raw.fx_rates AS fx_rates
