AUDIT (
  name rejected_share_below
);

/* Of enough rows, no more are refused than the shop allows for the stream. */
SELECT
  COUNT(*) AS rows_in,
  COUNT(rejection_reasons) AS rows_rejected
FROM @checked_model
WHERE
  @in_interval(event_date, event_time)
HAVING
  COUNT(*) >= @min_rows_for_rejected_share
  AND COUNT(rejection_reasons) > @rejected_share_limit(@checked_model) * COUNT(*)
