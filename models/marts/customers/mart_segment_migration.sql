MODEL (
  name marts.mart_segment_migration,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (month_end, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner customer_team,
  cron '@daily',
  tags (mart, customers, cumulative),
  grain (month_end, from_segment, to_segment),
  audits (
    sums_agree(
      "column" := net_revenue_amount,
      other_table := intermediate.int_customer_months,
      other_column := net_revenue_amount,
      other_condition := @in_interval((
        month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY
      )::DATE)
      AND (
        month_start + INTERVAL '1' MONTH
      )::DATE <= (
        SELECT
          as_of_date
        FROM intermediate.int_as_of
      )
    )
  ),
  description 'How customers moved between RFM segments in each month that is over. Segments at the end of a month are made from orders up to that day alone, by the rules of int_customer_rfm among the customers of that day. One row per month, segment at the end of the month before and segment at its end; who bought for the first time comes from Prospects. Answers: do more customers become champions than cease to be? Where do those go whom we lose, and how much money goes with them?',
  column_descriptions (
    from_segment = 'RFM segment at the end of the month before; Prospects before the first order',
    to_segment = 'RFM segment at the end of the month',
    customer_count = 'Customers who made the move, or stayed where both are the same',
    net_revenue_amount = 'What they bought in the month',
    spent_amount = 'What they had bought so far at the end of the month: the value that moved',
    has_moved = 'The two segments differ',
    month_end = 'Last day of the month'
  )
);

WITH months AS (
  SELECT
    @time_spine(first_order_date, (
      as_of_date - 1
    )::DATE, 'month')::DATE AS month_start
  FROM intermediate.int_as_of
  WHERE
    NOT first_order_date IS NULL
), finished_months AS (
  SELECT
    months.month_start,
    (
      months.month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY
    )::DATE AS month_end
  FROM months
  CROSS JOIN intermediate.int_as_of AS as_of
  WHERE
    (
      months.month_start + INTERVAL '1' MONTH
    )::DATE <= as_of.as_of_date
    AND @in_interval((
      months.month_start + INTERVAL '1' MONTH - INTERVAL '1' DAY
    )::DATE)
), looked_at AS (
  SELECT
    month_end AS day
  FROM finished_months
  UNION
  SELECT
    (
      month_start - 1
    )::DATE AS day
  FROM finished_months
), history AS (
  SELECT
    months.customer_id,
    looked_at.day,
    SUM(months.order_count) AS total_orders,
    SUM(months.net_revenue_amount)::DECIMAL(18, 2) AS total_spent,
    SUM(CASE WHEN months.month_start = @month_start(looked_at.day) THEN months.net_revenue_amount ELSE 0 END)::DECIMAL(18, 2) AS spent_in_month,
    DATE_DIFF('DAY', MAX(months.last_order_date), looked_at.day) AS days_since_last_order
  FROM intermediate.int_customer_months AS months
  INNER JOIN looked_at
    ON months.month_start <= looked_at.day
  GROUP BY
    months.customer_id,
    looked_at.day
), scored AS (
  SELECT
    customer_id,
    day,
    total_spent,
    spent_in_month,
    @rfm_scores(days_since_last_order + 1, total_orders, total_spent, day)
  FROM history
), segments AS (
  SELECT
    scored.customer_id,
    scored.day,
    scored.total_spent,
    scored.spent_in_month,
    grid.rfm_segment
  FROM scored
  LEFT JOIN seeds.rfm_segments AS grid
    ON scored.recency_score = grid.recency_score
    AND FLOOR((
      scored.frequency_score + scored.monetary_score + 1
    ) / 2)::INT = grid.frequency_monetary_score
), moves AS (
  SELECT
    COALESCE(earlier.rfm_segment, 'Prospects') AS from_segment,
    later.rfm_segment AS to_segment,
    later.spent_in_month,
    later.total_spent,
    finished_months.month_end
  FROM finished_months
  INNER JOIN segments AS later
    ON finished_months.month_end = later.day
  LEFT JOIN segments AS earlier
    ON later.customer_id = earlier.customer_id AND earlier.day = (
      finished_months.month_start - 1
    )::DATE
)
SELECT
  from_segment::TEXT AS from_segment,
  to_segment::TEXT AS to_segment,
  COUNT(*)::BIGINT AS customer_count,
  SUM(spent_in_month)::DECIMAL(18, 2) AS net_revenue_amount,
  SUM(total_spent)::DECIMAL(18, 2) AS spent_amount,
  (
    from_segment <> to_segment
  )::BOOLEAN AS has_moved,
  month_end::DATE AS month_end
FROM moves
GROUP BY
  from_segment,
  to_segment,
  month_end
