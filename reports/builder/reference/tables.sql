CREATE SCHEMA marts;
CREATE TABLE marts.sales AS
SELECT
  DATE '2025-01-01' + to_months(step::INT) AS month,
  region,
  round((800 + 120 * step + 90 * (step % 3)) * factor) AS revenue_eur,
  round((20 + 3 * step) * factor) AS orders,
  0.3 + 0.01 * step AS margin_pct
FROM range(12) AS s(step), (VALUES ('North', 1.0), ('South', 0.6)) AS r(region, factor);
CREATE TABLE marts.figures AS
SELECT 18250 AS revenue_eur, 0.084 AS growth_pct, -0.012 AS yearly_pct, 17000 AS goal;
CREATE TABLE marts.items AS
SELECT
  'Item ' || (i + 1) AS item, 4 + (i * 37) % 60 AS price, 5 + (i * 53) % 90 AS units,
  10 * (1 + i % 7) AS stock, ['Lamps', 'Chairs', 'Tables'][1 + i % 3] AS kind,
  '/items/' || (i + 1) AS link, [i % 5, i % 3, i % 7, i % 4] AS course
FROM range(40) AS s(i);
CREATE TABLE marts.steps AS FROM (VALUES
  ('Visits', 10000), ('Carts', 2400), ('Checkouts', 1100), ('Orders', 830)
) AS t(step, people);
CREATE TABLE marts.flows AS FROM (VALUES
  ('Search', 'Product', 500), ('Mail', 'Product', 300), ('Mail', 'Home', 100), ('Home', 'Product', 60),
  ('Product', 'Cart', 400), ('Product', 'Left', 460), ('Cart', 'Order', 250), ('Cart', 'Left', 150)
) AS t(origin, target, people);
CREATE TABLE marts.days AS
SELECT DATE '2025-01-01' + i::INT AS day, (i * 7919) % 100 AS orders FROM range(365) AS s(i) WHERE i % 6 > 0;
CREATE TABLE marts.cohorts AS
SELECT 'Cohort ' || c AS cohort, 'M' || m AS month, round(1 / (1 + 0.3 * m + 0.05 * c), 3) AS kept_pct
FROM range(5) AS a(c), range(7) AS b(m) WHERE c + m < 8;
CREATE TABLE marts.waits AS FROM (VALUES
  ('Courier', 1.0, 2.0, 2.5, 3.5, 6.0), ('Post', 1.5, 3.0, 4.0, 5.5, 9.0)
) AS t(carrier, least, low, middle, high, most);
CREATE TABLE marts.places AS FROM (VALUES
  ('Berlin', 52.5, 13.4, 36), ('Paris', 48.9, 2.4, 21), ('Rome', 41.9, 12.5, 28), ('Madrid', 40.4, -3.7, 33)
) AS t(city, lat, long, stores);
CREATE TABLE marts.states AS FROM (VALUES
  ('California', 39), ('Texas', 29), ('Florida', 21), ('New York', 20), ('Illinois', 13)
) AS t(state, people);
CREATE SCHEMA quality;
CREATE TABLE quality.metric_definitions AS
SELECT
  'net_revenue' AS metric, 'Net revenue' AS label, 'What customers paid, less returns.' AS description,
  'marts.fct_orders' AS model, 'SELECT sum(net_revenue) FROM marts.fct_orders' AS query, 'Finance' AS owner,
  1 AS version, NULL::DATE AS deprecated_date, NULL::TEXT AS replaced_by;
