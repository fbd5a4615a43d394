MODEL (
  name seeds.market_sizes,
  kind SEED (
    path '../../seeds/market_sizes.csv'
  ),
  owner finance_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    country TEXT,
    first_date DATE,
    last_date DATE,
    market_amount DOUBLE,
    source TEXT
  ),
  grain (country, first_date),
  audits (
    not_null(columns := (country, first_date, last_date, market_amount)),
    unique_combination_of_columns(columns := (country, first_date)),
    ranges_apart(
      start_column := first_date,
      end_column := CAST((
        last_date + 1
      ) AS DATE),
      "by" := country
    ),
    forall(criteria := (market_amount > 0, first_date <= last_date))
  ),
  description 'How large the market is that the shop sells in. A shop that does not know leaves the file without rows, and has no market share. One row per country, or all for the whole market, and stretch of time. Answers: what did all sellers together sell in a time, by whose estimate?',
  column_descriptions (
    country = 'Country of delivery, ISO 3166 alpha-2; all for the whole market of the shop',
    first_date = 'First day of the stretch',
    last_date = 'Last day of the stretch',
    market_amount = 'Net revenue of all sellers in the stretch, in the currency of the shop; days count alike',
    source = 'Whose estimate it is'
  )
)
