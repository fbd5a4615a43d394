-- Net revenue of the period and of like periods before it, the earliest first.
SELECT first_day, net_revenue, orders, place = 0 AS is_now
FROM ${summary_sums} AS sums
WHERE place >= 0
ORDER BY first_day
