MODEL (
  name marts.dim_customers_history,
  kind VIEW,
  owner customer_team,
  cron '@daily',
  tags (mart, core),
  grain (customer_id, valid_from),
  references (
    customer_id
  ),
  depends_on (
    marts.dim_customers
  ),
  audits (
    not_null(columns := (customer_id, valid_from)),
    same_row_count(table_name := intermediate.int_customer_versions),
    contains_all("column" := customer_id, other_table := marts.dim_customers)
  ),
  description 'What was known of each customer when, without contact data: a record of what every run saw, which no restatement rewrites. One row per customer and version. What the customer was before the first run is not known: the first version begins with the run that first saw the customer. A customer the shop deleted has no version that is valid still; of one that was erased the versions stay under the pseudonym. Answers: which tier, place and consent did a customer have on a day? How many changed tier, and from what to what?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    country = 'Country of residence, ISO 3166 alpha-2',
    state = 'State or region',
    city = 'City',
    subscription_tier = 'Membership tier the shop gave',
    acquisition_channel = 'Channel that brought the customer',
    has_marketing_consent = 'The customer agreed to marketing',
    is_reachable = 'Consent and a valid e-mail address: marketing may and can write',
    signup_date = 'Day of sign-up in the business time zone',
    valid_from = 'When a run first saw this version, UTC',
    valid_to = 'When a run first saw another version or none, UTC; null while the version is valid'
  )
);

SELECT
  customer_id::TEXT AS customer_id,
  NULLIF(country, '')::TEXT AS country,
  NULLIF(state, '')::TEXT AS state,
  NULLIF(city, '')::TEXT AS city,
  NULLIF(subscription_tier, '')::TEXT AS subscription_tier,
  NULLIF(acquisition_channel, '')::TEXT AS acquisition_channel,
  NULLIF(has_marketing_consent, '')::BOOLEAN AS has_marketing_consent,
  NULLIF(is_reachable, '')::BOOLEAN AS is_reachable,
  NULLIF(signup_date, '')::DATE AS signup_date,
  valid_from::TIMESTAMP AS valid_from,
  valid_to::TIMESTAMP AS valid_to
FROM intermediate.int_customer_versions
