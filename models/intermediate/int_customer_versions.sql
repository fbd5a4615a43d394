MODEL (
  name intermediate.int_customer_versions,
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
  tags (
    intermediate
  ),
  grain (customer_id, valid_from),
  references (
    customer_id
  ),
  audits (
    not_null(
      columns := (
        customer_id,
        valid_from,
        country,
        state,
        city,
        subscription_tier,
        acquisition_channel,
        has_marketing_consent,
        is_reachable,
        signup_date
      )
    ),
    unique_combination_of_columns(columns := (customer_id, valid_from), blocking := FALSE),
    forall(criteria := (
      valid_to > valid_from OR valid_to IS NULL
    ), blocking := FALSE),
    one_valid_version("column" := customer_id, dimension := staging.stg_customers),
    foreign_key(
      "column" := customer_id,
      parent_table := staging.stg_customers,
      parent_column := customer_id,
      condition := child.valid_to IS NULL
    )
  ),
  description 'What every run saw of each customer, without contact data: a record that no restatement rewrites. One row per customer and version. All but the key is text, empty where nothing is known: SQLMesh puts the new value also in the place of a null of the version before. marts.dim_customers_history has types and nulls. Answers: what was known of a customer when?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    country = 'Country of residence, ISO 3166 alpha-2',
    state = 'State or region',
    city = 'City',
    subscription_tier = 'Membership tier the shop gave',
    acquisition_channel = 'Channel that brought the customer',
    has_marketing_consent = 'true where the customer agreed to marketing, else false',
    is_reachable = 'true with consent and a valid e-mail address, else false',
    signup_date = 'Day of sign-up in the business time zone',
    valid_from = 'When a run first saw this version, UTC',
    valid_to = 'When a run first saw another version or none, UTC; null while the version is valid'
  )
);

SELECT
  customer_id::TEXT AS customer_id,
  COALESCE(country::TEXT, '')::TEXT AS country,
  COALESCE(state::TEXT, '')::TEXT AS state,
  COALESCE(city::TEXT, '')::TEXT AS city,
  COALESCE(subscription_tier::TEXT, '')::TEXT AS subscription_tier,
  COALESCE(acquisition_channel::TEXT, '')::TEXT AS acquisition_channel,
  COALESCE(has_marketing_consent::TEXT, '')::TEXT AS has_marketing_consent,
  COALESCE((
    has_marketing_consent AND has_valid_email
  )::TEXT, '')::TEXT AS is_reachable,
  COALESCE(signup_date::TEXT, '')::TEXT AS signup_date
FROM staging.stg_customers
