AUDIT (
  name rejected_share_below
);

SELECT
  COUNT(*) AS rows_in,
  COUNT(rejection_reasons) AS rows_rejected
FROM @checked_model
WHERE
  event_date BETWEEN @start_ds::DATE AND @end_ds::DATE
HAVING
  COUNT(*) >= @min_rows_for_rejected_share
  AND COUNT(rejection_reasons) > @max_rejected_share * COUNT(*)
