MODEL (
  name marts.dim_customers_history,
  kind SCD_TYPE_2_BY_COLUMN (
    unique_key customer_id,
    columns (
      country,
      state,
      city,
      subscription_tier,
      acquisition_channel,
      has_marketing_consent,
      is_reachable,
      signup_date
    ),
    execution_time_as_valid_from TRUE,
    invalidate_hard_deletes TRUE,
    disable_restatement TRUE
  ),
  owner customer_team,
  cron '@daily',
  tags (mart, core),
  grain (customer_id, valid_from),
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, valid_from, signup_date)),
    unique_combination_of_columns(columns := (customer_id, valid_from), blocking := FALSE),
    forall(criteria := (
      valid_to > valid_from OR valid_to IS NULL
    ), blocking := FALSE),
    one_valid_version("column" := customer_id, dimension := marts.dim_customers),
    foreign_key(
      "column" := customer_id,
      parent_table := marts.dim_customers,
      parent_column := customer_id,
      condition := child.valid_to IS NULL
    )
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
  country::TEXT AS country,
  state::TEXT AS state,
  city::TEXT AS city,
  subscription_tier::TEXT AS subscription_tier,
  acquisition_channel::TEXT AS acquisition_channel,
  has_marketing_consent::BOOLEAN AS has_marketing_consent,
  is_reachable::BOOLEAN AS is_reachable,
  signup_date::DATE AS signup_date
FROM marts.dim_customers
