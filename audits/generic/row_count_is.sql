AUDIT (
  name row_count_is
);

/* There are exactly so many rows. */
SELECT
  COUNT(*) AS row_count
FROM @this_model
HAVING
  COUNT(*) <> @row_count
