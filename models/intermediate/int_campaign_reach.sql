MODEL (
  name intermediate.int_campaign_reach,
  kind FULL,
  owner marketing_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain campaign_id,
  audits (
    not_null(columns := (campaign_id, assigned_customers, first_assigned_date)),
    unique_values(columns := (
      campaign_id
    )),
    forall(
      criteria := (
        held_out_customers <= assigned_customers,
        contacted_customers <= assigned_customers,
        opened_customers <= contacted_customers,
        clicked_customers <= opened_customers
      )
    )
  ),
  description 'How many customers a campaign was meant for and reached before the as-of date. One row per campaign with an assignment or a contact. Answers: how many customers were assigned, held out, contacted, opened and clicked?',
  column_descriptions (
    campaign_id = 'The shop''s id of the campaign',
    assigned_customers = 'Customers chosen for the campaign, held out or not',
    held_out_customers = 'Customers held out to compare with',
    contacted_customers = 'Customers to whom something was sent',
    opened_customers = 'Customers who opened or clicked',
    clicked_customers = 'Customers who clicked',
    first_assigned_date = 'Day of the first assignment or contact',
    last_assigned_date = 'Day on which the last customer was assigned'
  )
);

SELECT
  customers.campaign_id::TEXT AS campaign_id,
  SUM(CASE WHEN customers.is_assigned THEN 1 ELSE 0 END)::BIGINT AS assigned_customers,
  SUM(CASE WHEN customers.is_assigned AND customers.is_holdout THEN 1 ELSE 0 END)::BIGINT AS held_out_customers,
  SUM(CASE WHEN customers.is_contacted THEN 1 ELSE 0 END)::BIGINT AS contacted_customers,
  SUM(CASE WHEN customers.is_opened THEN 1 ELSE 0 END)::BIGINT AS opened_customers,
  SUM(CASE WHEN customers.is_clicked THEN 1 ELSE 0 END)::BIGINT AS clicked_customers,
  MIN(customers.touched_date)::DATE AS first_assigned_date,
  MAX(CASE WHEN customers.is_assigned THEN customers.touched_date END)::DATE AS last_assigned_date
FROM intermediate.int_campaign_customers AS customers
CROSS JOIN intermediate.int_as_of AS as_of
WHERE
  customers.touched_date < as_of.as_of_date
GROUP BY
  customers.campaign_id
