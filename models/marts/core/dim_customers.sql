MODEL (
  name marts.dim_customers,
  kind VIEW,
  owner customer_team,
  cron '@daily',
  tags (mart, core),
  grain customer_id,
  audits (not_null(columns := (customer_id, signup_date)), same_row_count(table_name := staging.stg_customers)),
  description 'Customers without contact data. One row per customer who signed up, with or without orders. Answers: where do our customers come from, since when, and whom may we write to?',
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
    signed_up_at = 'When the customer signed up, UTC'
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
  (
    has_marketing_consent AND has_valid_email
  )::BOOLEAN AS is_reachable,
  signup_date::DATE AS signup_date,
  created_at::TIMESTAMP AS signed_up_at
FROM staging.stg_customers
