AUDIT (
  name row_count_is
);

SELECT
  COUNT(*) AS row_count
FROM @this_model
HAVING
  COUNT(*) <> @row_count
