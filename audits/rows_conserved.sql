AUDIT (
  name rows_conserved
);

/* No row is lost or made between raw and staging. */
SELECT
  came_in.row_count AS rows_in,
  staged.row_count AS rows_staged,
  came_in.rejected_count AS rows_rejected
FROM (
  SELECT
    COUNT(*) AS row_count,
    COUNT(rejection_reasons) AS rejected_count
  FROM @checked_model
  WHERE
    @in_interval(event_date, event_time)
) AS came_in
CROSS JOIN (
  SELECT
    COUNT(*) AS row_count
  FROM @this_model
) AS staged
WHERE
  came_in.row_count <> staged.row_count + came_in.rejected_count
