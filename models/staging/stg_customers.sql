MODEL (
  name staging.stg_customers,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain customer_id,
  audits (
    not_null(columns := (customer_id, signup_date)),
    unique_values(columns := (
      customer_id
    )),
    rows_conserved(checked_model := staging.checked_customers),
    rejected_share_below(checked_model := staging.checked_customers)
  ),
  description 'Customers as the shop knows them, normalised. One row per customer. The only model with personal data: everything else carries the id alone. Answers: who signed up when, from where, and may we write to them?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    first_name = 'First name (personal data)',
    last_name = 'Last name (personal data)',
    email = 'E-mail address in lower case (personal data)',
    phone = 'Phone number, digits only (personal data)',
    country = 'Country of residence, ISO 3166 alpha-2',
    state = 'State or region',
    city = 'City',
    postal_code = 'Postal code',
    subscription_tier = 'Membership tier the shop gave',
    acquisition_channel = 'Channel that brought the customer',
    has_valid_email = 'The e-mail address has the form of one',
    has_valid_phone = 'The phone number has ten digits or more',
    has_marketing_consent = 'The customer agreed to marketing',
    birth_date = 'Date of birth (personal data)',
    signup_date = 'Day of sign-up in the business time zone',
    created_at = 'When the customer signed up, UTC',
    updated_at = 'When the shop last changed the row, UTC'
  )
);

WITH normalised AS (
  SELECT
    customers.customer_id,
    NULLIF(TRIM(customers.first_name), '') AS first_name,
    NULLIF(TRIM(customers.last_name), '') AS last_name,
    NULLIF(LOWER(TRIM(customers.email)), '') AS email,
    NULLIF(REGEXP_REPLACE(customers.phone, '[^0-9]', '', 'g'), '') AS phone,
    NULLIF(UPPER(TRIM(customers.country)), '') AS country,
    NULLIF(TRIM(customers.state), '') AS state,
    NULLIF(TRIM(customers.city), '') AS city,
    NULLIF(TRIM(customers.postal_code), '') AS postal_code,
    NULLIF(LOWER(TRIM(customers.subscription_tier)), '') AS subscription_tier,
    NULLIF(LOWER(TRIM(customers.acquisition_channel)), '') AS acquisition_channel,
    customers.marketing_consent,
    customers.birth_date,
    checked.event_date AS signup_date,
    customers.created_at,
    customers.updated_at
  FROM raw.customers AS customers
  INNER JOIN staging.checked_customers AS checked
    ON customers.customer_id = checked.customer_id
  WHERE
    checked.rejection_reasons IS NULL
)
SELECT
  customer_id::TEXT AS customer_id,
  first_name::TEXT AS first_name,
  last_name::TEXT AS last_name,
  email::TEXT AS email,
  phone::TEXT AS phone,
  country::TEXT AS country,
  state::TEXT AS state,
  city::TEXT AS city,
  postal_code::TEXT AS postal_code,
  subscription_tier::TEXT AS subscription_tier,
  acquisition_channel::TEXT AS acquisition_channel,
  COALESCE(REGEXP_MATCHES(email, '^[^@ ]+@[^@ ]+[.][^@ .]+$'), FALSE)::BOOLEAN AS has_valid_email,
  COALESCE(LENGTH(phone) >= @min_phone_digits, FALSE)::BOOLEAN AS has_valid_phone,
  COALESCE(marketing_consent, FALSE)::BOOLEAN AS has_marketing_consent,
  birth_date::DATE AS birth_date,
  signup_date::DATE AS signup_date,
  created_at::TIMESTAMP AS created_at,
  updated_at::TIMESTAMP AS updated_at
FROM normalised;

ON_VIRTUAL_UPDATE_BEGIN;
@mask_personal(first_name, last_name, email, phone, postal_code, birth_date);
ON_VIRTUAL_UPDATE_END;
