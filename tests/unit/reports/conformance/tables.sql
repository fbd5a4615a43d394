CREATE SCHEMA marts;
CREATE TABLE marts.sales AS FROM (VALUES
  (DATE '2025-01-01', 'Berlin', 3, 1200.5, 0.25, NULL),
  (DATE '2025-02-01', 'Paris', 1, 800.0, 0.5, 0.1),
  (DATE '2025-03-01', 'Rome', 6, 4000.25, 0.1, -0.2)
) AS t(month, city, orders, revenue_usd, open_pct, change_pct);
CREATE TABLE marts.trend AS
SELECT
  DATE '2025-01-01' + to_months(step::INT) AS month,
  region,
  (step + 1) * factor AS amount
FROM range(6) AS s(step), (VALUES ('North', 10), ('South', 5)) AS r(region, factor)
ORDER BY 1, 2;
CREATE TABLE marts.one AS
SELECT 1234.5 AS total, 0.12 AS growth, -0.03 AS yearly, 0 AS flat, 1000 AS goal, NULL::INT AS missing;
CREATE TABLE marts.nothing AS SELECT DATE '2025-01-01' AS month, 1 AS orders WHERE FALSE;
CREATE TABLE marts.points AS FROM (VALUES
  (1, 2, 10, 'a', 'first'), (2, 4, 40, 'a', 'second'), (3, 6, 90, 'b', 'third'), (4, 8, 160, 'b', 'fourth')
) AS t(x, y, size, kind, name);
CREATE TABLE marts.steps AS FROM (VALUES ('Visits', 1000), ('Carts', 250), ('Orders', 100)) AS t(step, people);
CREATE TABLE marts.flows AS FROM (VALUES ('A', 'B', 10), ('A', 'C', 5), ('B', 'C', 4)) AS t(origin, target, amount);
CREATE TABLE marts.days AS FROM (VALUES
  (DATE '2025-01-01', 3), (DATE '2025-01-02', 7), (DATE '2025-12-31', 5)
) AS t(day, orders);
CREATE TABLE marts.boxes AS FROM (VALUES
  ('Direct', 10, 5, 15, 1, 20, 2), ('Search', 20, 15, 25, 11, 30, 3)
) AS t(channel, middle, low, high, least, most, around);
CREATE TABLE marts.grid AS FROM (VALUES
  ('M0', 'A', 1.0), ('M1', 'A', 0.5), ('M0', 'B', 0.75)
) AS t(month, cohort, kept_pct);
CREATE TABLE marts.states AS FROM (VALUES ('California', 39), ('TX', 29)) AS t(state, people);
CREATE TABLE marts.places AS FROM (VALUES
  ('Berlin', 52.5, 13.4, 36), ('Paris', 48.9, 2.4, 9)
) AS t(city, lat, long, people);
CREATE TABLE marts.odd AS FROM (VALUES
  ('<b>bold</b> & "quoted"', 'javascript:alert(1)', 1), ('=1+1', '/sales', 2), (NULL, NULL, NULL)
) AS t(name, target, amount);
CREATE TABLE marts.grouped AS FROM (VALUES
  ('Berlin', 'A', 10, 0.1), ('Berlin', 'B', 20, 0.4), ('Rome', 'A', 5, 0.2)
) AS t(city, kind, orders, open_pct);
CREATE TABLE marts.courses AS FROM (VALUES ('A', [3, 1, 2]), ('B', [1, 2, 4])) AS t(name, course);
