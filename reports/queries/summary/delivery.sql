-- Orders of the period by how they arrived so far; shares and means are as metrics/ defines them.
WITH told AS (
  SELECT
    MAX(kpis.value) FILTER (kpis.metric = 'on_time_rate') AS on_time_rate,
    MAX(kpis.value) FILTER (kpis.metric = 'return_rate') AS return_rate,
    MAX(kpis.value) FILTER (kpis.metric = 'customer_satisfaction') AS customer_satisfaction
  FROM marts.mart_kpis AS kpis
  INNER JOIN ${spans} AS spans
    ON kpis.period_start = spans.first_day AND kpis.period_end = spans.last_day AND spans.place = 0
  WHERE kpis.dimension = 'all'
),
counted AS (
  SELECT
    SUM(operations.judged_orders) AS judged_orders,
    SUM(operations.reviews) AS reviews,
    SUM(operations.open_orders) AS open_orders
  FROM marts.mart_operations AS operations
  INNER JOIN ${spans} AS spans
    ON operations.date_day BETWEEN spans.first_day AND spans.last_day AND spans.place = 0
  HAVING COUNT(*) > 0
)
SELECT * FROM counted CROSS JOIN told
