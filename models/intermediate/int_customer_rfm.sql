MODEL (
  name intermediate.int_customer_rfm,
  kind FULL,
  owner data_team,
  cron '@daily',
  tags (
    intermediate
  ),
  grain customer_id,
  references (
    customer_id
  ),
  audits (
    not_null(columns := (customer_id, recency_score, frequency_score, monetary_score, rfm_segment)),
    unique_combination_of_columns(columns := (
      customer_id
    )),
    accepted_range("column" := recency_score, min_v := 1, max_v := 5),
    accepted_range("column" := frequency_score, min_v := 1, max_v := 5),
    accepted_range("column" := monetary_score, min_v := 1, max_v := 5),
    same_row_count(table_name := intermediate.int_customer_order_summary)
  ),
  description 'Recency, frequency and monetary scores of every customer who bought, and the segment they make. One row per customer. Equal values get equal scores, of the middle of the places they share. Answers: who are our champions, and who is slipping away?',
  column_descriptions (
    customer_id = 'The shop''s id of the customer',
    rfm_code = 'The three scores as one text, such as 545',
    rfm_segment = 'Segment of the RFM grid',
    rfm_action = 'What to do for customers of the segment',
    recency_score = '1 (long ago) to 5 (recent)',
    frequency_score = '1 (few orders) to 5 (many)',
    monetary_score = '1 (little spent) to 5 (much)'
  )
);

WITH scored AS (
  SELECT
    customer_id,
    @rfm_scores(days_since_last_order, total_orders, total_spent)
  FROM intermediate.int_customer_order_summary
)
SELECT
  scored.customer_id::TEXT AS customer_id,
  (
    scored.recency_score::TEXT || scored.frequency_score::TEXT || scored.monetary_score::TEXT
  )::TEXT AS rfm_code,
  grid.rfm_segment::TEXT AS rfm_segment,
  grid.rfm_action::TEXT AS rfm_action,
  scored.recency_score::INT AS recency_score,
  scored.frequency_score::INT AS frequency_score,
  scored.monetary_score::INT AS monetary_score
FROM scored
LEFT JOIN seeds.rfm_segments AS grid
  ON scored.recency_score = grid.recency_score
  AND FLOOR((
    scored.frequency_score + scored.monetary_score + 1
  ) / 2)::INT = grid.frequency_monetary_score
