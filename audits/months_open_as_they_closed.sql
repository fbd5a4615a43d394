AUDIT (
  name months_open_as_they_closed
);

/* A month begins with what the month before ended with, and no month is left out. */
WITH neighbours AS (
  SELECT
    month_start,
    opening_mrr,
    opening_subscribers,
    LAG(month_start) OVER (ORDER BY month_start) AS prior_month_start,
    LAG(closing_mrr) OVER (ORDER BY month_start) AS prior_closing_mrr,
    LAG(closing_subscribers) OVER (ORDER BY month_start) AS prior_closing_subscribers
  FROM @this_model
)
SELECT
  month_start,
  opening_mrr,
  prior_closing_mrr
FROM neighbours
WHERE
  opening_mrr <> COALESCE(prior_closing_mrr, 0)
  OR opening_subscribers <> COALESCE(prior_closing_subscribers, 0)
  OR (
    prior_month_start + INTERVAL '1' MONTH
  )::DATE <> month_start
