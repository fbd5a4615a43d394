MODEL (
  name staging.stg_web_sessions,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (session_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain session_id,
  references (customer_id, order_id),
  audits (
    not_null(columns := (session_id, is_converted, session_date)),
    unique_values(columns := (
      session_id
    )),
    rows_conserved(checked_model := staging.checked_web_sessions),
    rejected_share_below(checked_model := staging.checked_web_sessions)
  ),
  description 'Visits to the web shop. One row per visit. A visit counts whatever it led to: a customer or an order that is unknown or was refused is left out of it, so that refused orders convert nothing. Answers: how many visits were there, from which channel, and how many became orders?',
  column_descriptions (
    session_id = 'The shop''s id of the visit',
    customer_id = 'The shop''s id of the customer; null for a visitor nobody knows',
    order_id = 'The shop''s id of the order placed in the visit; null without one',
    channel = 'Channel that brought the visit, in lower case',
    is_converted = 'The visit led to an order that counts',
    session_date = 'Day of the visit in the business time zone',
    started_at = 'When it began, UTC'
  )
);

@forget_moved(session_id, session_date, staging.checked_web_sessions);

SELECT
  sessions.session_id::TEXT AS session_id,
  customers.customer_id::TEXT AS customer_id,
  orders.order_id::TEXT AS order_id,
  NULLIF(LOWER(TRIM(sessions.channel)), '')::TEXT AS channel,
  (
    NOT orders.order_id IS NULL
  )::BOOLEAN AS is_converted,
  checked.event_date::DATE AS session_date,
  sessions.started_at::TIMESTAMP AS started_at
FROM raw.web_sessions AS sessions
INNER JOIN staging.checked_web_sessions AS checked
  ON sessions.session_id = checked.session_id
LEFT JOIN staging.checked_customers AS customers
  ON sessions.customer_id = customers.customer_id AND customers.rejection_reasons IS NULL
LEFT JOIN staging.checked_orders AS orders
  ON sessions.order_id = orders.order_id AND orders.rejection_reasons IS NULL
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
