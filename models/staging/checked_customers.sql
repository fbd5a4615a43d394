MODEL (
  name staging.checked_customers,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain customer_id,
  audits (
    same_row_count(table_name := raw.customers)
  ),
  description 'Every raw customer with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.customers. Answers: which customers does staging refuse, and why?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of its last update or of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  customers.customer_id,
  @rejection_reasons(
    'customer id is reserved for guests',
    customers.customer_id = @guest_customer_id,
    'created_at is too early or in the future',
    NOT @is_plausible_time(customers.created_at, customers._loaded_at)
  ) AS rejection_reasons,
  @event_day(customers.created_at, customers.updated_at, customers._loaded_at) AS event_date,
  customers.created_at AS event_time
FROM raw.customers AS customers
