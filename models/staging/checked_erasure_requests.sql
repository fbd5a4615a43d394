MODEL (
  name staging.checked_erasure_requests,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain customer_id,
  audits (
    same_row_count(table_name := raw.erasure_requests)
  ),
  description 'Every raw request to erase a customer with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.erasure_requests. Answers: which requests to erase a customer does staging refuse, and why?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day the row counts for, in the business time zone; where its time is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  erasure_requests.customer_id,
  @rejection_reasons('customer id is reserved for guests', erasure_requests.customer_id = @guest_customer_id) AS rejection_reasons,
  @event_day(erasure_requests.requested_at, erasure_requests._loaded_at) AS event_date,
  erasure_requests.requested_at AS event_time
FROM raw.erasure_requests AS erasure_requests
