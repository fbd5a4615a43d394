MODEL (
  name intermediate.int_market_days,
  kind FULL,
  owner finance_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain (date_day, dimension, member),
  audits (
    not_null(columns := (date_day, dimension, member)),
    unique_combination_of_columns(columns := (date_day, dimension, member)),
    sums_agree(
      "column" := CASE WHEN dimension = 'all' THEN marketing_spend END,
      other_table := staging.stg_marketing_spend,
      other_column := spend_amount
    )
  ),
  description 'What happened around the orders of a day: sign-ups, visits, marketing spend and the size of the market. One row per day, dimension and member with something to tell, after the as-of date too. Part of the base of all numbers over time. Answers: how many people came, at what cost, on which channel, and how much was there to sell?',
  column_descriptions (
    dimension = 'all, country (sign-ups by residence, size of the market) or channel (sign-ups, visits and spend)',
    member = 'Member of the dimension; all where it is not divided, unknown where the shop does not say',
    new_signups = 'Customers who signed up; null where none did',
    visits = 'Visits to the web shop; null where none is on record',
    converted_visits = 'Visits that led to an order that counts; null without visits',
    marketing_spend = 'Spent on marketing; null where nothing is on record',
    market_size = 'What all sellers together sold on the day; null where nobody knows',
    date_day = 'The day'
  )
);

WITH happenings AS (
  SELECT
    country,
    COALESCE(acquisition_channel, 'unknown') AS channel,
    COUNT(*) AS new_signups,
    NULL::BIGINT AS visits,
    NULL::BIGINT AS converted_visits,
    NULL::DECIMAL(18, 2) AS marketing_spend,
    signup_date AS date_day
  FROM staging.stg_customers
  GROUP BY
    country,
    acquisition_channel,
    signup_date
  UNION ALL
  SELECT
    NULL AS country,
    channel,
    NULL AS new_signups,
    visit_count AS visits,
    converted_visit_count AS converted_visits,
    NULL AS marketing_spend,
    session_date AS date_day
  FROM intermediate.int_channel_visits
  UNION ALL
  SELECT
    NULL AS country,
    channel,
    NULL AS new_signups,
    NULL AS visits,
    NULL AS converted_visits,
    spend_amount AS marketing_spend,
    spend_date AS date_day
  FROM staging.stg_marketing_spend
), members AS (
  SELECT
    dimensions.dimension,
    CASE dimensions.dimension
      WHEN 'country'
      THEN COALESCE(happenings.country, 'unknown')
      WHEN 'channel'
      THEN happenings.channel
      ELSE 'all'
    END AS member,
    happenings.new_signups,
    happenings.visits,
    happenings.converted_visits,
    happenings.marketing_spend,
    NULL::DOUBLE AS market_size,
    happenings.date_day
  FROM happenings
  CROSS JOIN (
    SELECT
      'all' AS dimension
    UNION ALL
    SELECT
      'country' AS dimension
    UNION ALL
    SELECT
      'channel' AS dimension
  ) AS dimensions
  WHERE
    dimensions.dimension <> 'country' OR NOT happenings.new_signups IS NULL
  UNION ALL
  SELECT
    CASE WHEN market.country = 'all' THEN 'all' ELSE 'country' END AS dimension,
    market.country AS member,
    NULL AS new_signups,
    NULL AS visits,
    NULL AS converted_visits,
    NULL AS marketing_spend,
    market.market_amount / NULLIF(DATE_DIFF('DAY', market.first_date, market.last_date) + 1, 0) AS market_size,
    dates.date_day
  FROM seeds.market_sizes AS market
  INNER JOIN intermediate.int_dates AS dates
    ON dates.date_day BETWEEN market.first_date AND market.last_date
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    dates.date_day >= as_of.first_order_date AND dates.date_day < as_of.as_of_date
)
SELECT
  dimension::TEXT AS dimension,
  member::TEXT AS member,
  SUM(new_signups)::BIGINT AS new_signups,
  SUM(visits)::BIGINT AS visits,
  SUM(converted_visits)::BIGINT AS converted_visits,
  SUM(marketing_spend)::DECIMAL(18, 2) AS marketing_spend,
  SUM(market_size)::DOUBLE AS market_size,
  date_day::DATE AS date_day
FROM members
GROUP BY
  dimension,
  member,
  date_day
