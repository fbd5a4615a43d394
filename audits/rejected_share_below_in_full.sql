AUDIT (
  name rejected_share_below_in_full
);

SELECT
  COUNT(*) AS rows_in,
  COUNT(rejection_reasons) AS rows_rejected
FROM @checked_model
HAVING
  COUNT(*) >= @min_rows_for_rejected_share
  AND COUNT(rejection_reasons) > @max_rejected_share * COUNT(*)
