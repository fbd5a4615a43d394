-- What the catalogue tells: four tables, one after the other, and a page that reads the last.
INSERT INTO quality.models BY NAME
SELECT
  model, SPLIT_PART(model, '.', 1) AS schema_name, SPLIT_PART(model, '.', 2) AS table_name, kind,
  'customer_team' AS owner, grain, '@daily' AS cron, tags, description, 2 AS columns, audits,
  parents AS parent_models, children AS child_models, parents AS upstream_models, downstream AS downstream_models,
  pages, pages > 0 AS is_contracted, risk AS change_risk, query,
  'models/' || REPLACE(model, '.', '/') || '.sql' AS file, '1' AS version
FROM (
  VALUES
    ('raw.customers', 'external', '', '', 'Customers, one row each', 0, 0, 1, 3, 0, 'medium', NULL),
    (
      'staging.stg_customers', 'incremental_by_time_range', 'customer_id', 'staging', 'Customers, typed. One row per customer.',
      1, 1, 1, 2, 0, 'low', 'SELECT customer_id FROM raw.customers WHERE 1 < 2'
    ),
    (
      'marts.dim_customers', 'view', 'customer_id', 'mart', 'Customers without contact data. One row per customer.',
      2, 1, 1, 1, 0, 'low', 'SELECT customer_id FROM staging.stg_customers'
    ),
    (
      'marts.mart_customer_analytics', 'full', 'customer_id', 'mart, customers',
      'Everything we know of a customer. One row per customer. Answers: who are our best customers?',
      2, 2, 0, 0, 1, 'medium', 'SELECT customer_id, total_orders FROM marts.dim_customers'
    )
) AS models (model, kind, grain, tags, description, audits, parents, children, downstream, pages, risk, query);
INSERT INTO quality.columns
SELECT model, column_name, 'TEXT', 'What is known of it', position
FROM quality.models, (VALUES ('customer_id', 1), ('total_orders', 2)) AS columns (column_name, position);
INSERT INTO quality.lineage
SELECT child, column_name, parent, column_name
FROM (
  VALUES
    ('staging.stg_customers', 'raw.customers'),
    ('marts.dim_customers', 'staging.stg_customers'),
    ('marts.mart_customer_analytics', 'marts.dim_customers')
) AS edges (child, parent), (VALUES ('customer_id'), ('total_orders')) AS columns (column_name);
INSERT INTO quality.model_inputs
SELECT model, parent_model, parent_column, 'values' FROM quality.lineage
UNION ALL SELECT 'marts.mart_customer_analytics', 'staging.stg_customers', 'created_at', 'rows'
UNION ALL SELECT 'marts.dim_customers', 'raw.customers', NULL, 'audits';
INSERT INTO quality.model_audits
SELECT model, 'not_null', 'columns = (customer_id)', TRUE FROM quality.models WHERE schema_name <> 'raw';
INSERT INTO quality.page_lineage
SELECT 'reports/pages/index.md', 'Executive dashboard', '/index', 'customers', 'marts.mart_customer_analytics', column_name
FROM (VALUES ('customer_id'), ('total_orders')) AS columns (column_name);
