-- Orders of the period by how they arrived so far.
SELECT
  SUM(operations.on_time_orders) / NULLIF(SUM(operations.judged_orders), 0) AS on_time_share,
  SUM(operations.judged_orders) AS judged_orders,
  SUM(operations.returned_orders) / NULLIF(SUM(operations.orders - operations.cancelled_orders), 0) AS return_rate,
  SUM(operations.total_rating) / NULLIF(SUM(operations.reviews), 0) AS stars,
  SUM(operations.reviews) AS reviews,
  SUM(operations.open_orders) AS open_orders
FROM marts.mart_operations AS operations
INNER JOIN ${spans} AS spans
  ON operations.date_day BETWEEN spans.first_day AND spans.last_day AND spans.place = 0
HAVING COUNT(*) > 0
