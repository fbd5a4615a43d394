MODEL (
  name staging.stg_campaign_touches,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (touched_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner data_team,
  cron '@daily',
  tags (
    staging
  ),
  grain touch_id,
  references (campaign_id, customer_id),
  audits (
    not_null(columns := (touch_id, campaign_id, customer_id, touch_type, touched_date)),
    unique_values(columns := (
      touch_id
    )),
    accepted_values("column" := touch_type, is_in := ('assigned', 'sent', 'opened', 'clicked')),
    forall(criteria := (
      NOT is_holdout OR touch_type = 'assigned'
    )),
    rows_conserved(checked_model := staging.checked_campaign_touches),
    rejected_share_below(checked_model := staging.checked_campaign_touches)
  ),
  description 'Contacts of campaigns with customers, and who was held out to compare with. One row per contact. A shop that sends no list of campaigns has contacts of campaigns nothing else is known of. Answers: whom did a campaign reach, who reacted, and who was left out on purpose?',
  column_descriptions (
    touch_id = 'The shop''s id of the contact',
    campaign_id = 'The shop''s id of the campaign',
    customer_id = 'The shop''s id of the customer',
    touch_type = 'What happened: assigned, sent, opened, clicked',
    is_holdout = 'The customer is in the control group, so never contacted',
    touched_date = 'Day of the contact in the business time zone',
    touched_at = 'When it happened, UTC'
  )
);

@forget_moved(touch_id, touched_date, staging.checked_campaign_touches);

SELECT
  touches.touch_id::TEXT AS touch_id,
  touches.campaign_id::TEXT AS campaign_id,
  touches.customer_id::TEXT AS customer_id,
  touches.touch_type::TEXT AS touch_type,
  COALESCE(touches.is_holdout, FALSE)::BOOLEAN AS is_holdout,
  checked.event_date::DATE AS touched_date,
  touches.touched_at::TIMESTAMP AS touched_at
FROM raw.campaign_touches AS touches
INNER JOIN staging.checked_campaign_touches AS checked
  ON touches.touch_id = checked.touch_id
WHERE
  checked.rejection_reasons IS NULL AND @in_interval(checked.event_date, checked.event_time)
