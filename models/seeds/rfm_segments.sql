MODEL (
  name seeds.rfm_segments,
  kind SEED (
    path '../../seeds/rfm_segments.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    recency_score INT,
    frequency_monetary_score INT,
    rfm_segment TEXT,
    rfm_action TEXT
  ),
  grain (recency_score, frequency_monetary_score),
  audits (
    not_null(columns := (recency_score, frequency_monetary_score, rfm_segment, rfm_action)),
    unique_combination_of_columns(columns := (recency_score, frequency_monetary_score)),
    row_count_is(row_count := 25)
  ),
  description 'The RFM grid: every cell of recency score and mean of frequency and monetary score has exactly one segment and its action. One row per cell. Answers: what does a segment mean, and what do we do about it?',
  column_descriptions (
    recency_score = 'Recency score, 1 (long ago) to 5 (recent)',
    frequency_monetary_score = 'Rounded mean of frequency and monetary score, 1 to 5',
    rfm_segment = 'Name of the segment',
    rfm_action = 'What to do for customers of the segment'
  )
)
