-- Every model with its last build and how its checks went when each was last run.
SELECT
  models.*,
  '/data/catalog/' || models.schema_name || '/' || models.table_name AS link,
  COALESCE(layers.layer, models.schema_name) AS layer,
  COALESCE(layers.place, 9) AS layer_place,
  COALESCE(layers.purpose, 'Tables of your own') AS layer_purpose,
  COALESCE(SPLIT_PART(models.description, '. ', 1), '') AS summary,
  COALESCE(kinds.kind_label, REPLACE(models.kind, '_', ' ')) AS kind_label,
  builds.row_count,
  builds.last_built_at,
  COALESCE(checks.failed_checks, 0) AS failed_checks,
  checks.last_audited_at
FROM quality.models AS models
LEFT JOIN (
  VALUES
    ('raw', 'Raw', 1, 'What the sources delivered, as it is'),
    ('seeds', 'Seeds', 2, 'Lists that people keep by hand'),
    ('staging', 'Staging', 3, 'Typed, trimmed, refused where wrong'),
    ('intermediate', 'Intermediate', 4, 'What several tables need, computed once'),
    ('ml', 'Predictions', 5, 'What trained models learn from and tell'),
    ('marts', 'Marts', 6, 'What readers ask'),
    ('quality', 'Quality', 7, 'What is known about the data')
) AS layers (schema_name, layer, place, purpose) ON layers.schema_name = models.schema_name
LEFT JOIN (
  VALUES
    ('external', 'loaded'),
    ('full', 'rebuilt whole'),
    ('view', 'view'),
    ('seed', 'list in a file'),
    ('incremental_by_time_range', 'by day'),
    ('scd_type_2_by_column', 'versions'),
    ('scd_type_2_by_time', 'versions')
) AS kinds (kind, kind_label) ON kinds.kind = models.kind
LEFT JOIN (
  SELECT model, ARG_MAX(row_count, finished_at) AS row_count, MAX(finished_at) AS last_built_at
  FROM quality.model_runs
  WHERE outcome = 'succeeded' AND environment = 'prod'
  GROUP BY model
) AS builds ON builds.model = models.model
LEFT JOIN (
  SELECT model, COUNT(*) FILTER (failed_rows > 0) AS failed_checks, MAX(audited_at) AS last_audited_at
  FROM (
    SELECT model, ARG_MAX(failed_rows, audited_at) AS failed_rows, MAX(audited_at) AS audited_at
    FROM quality.audit_results
    WHERE environment = 'prod'
    GROUP BY model, audit, COALESCE(arguments, '')
  ) AS latest
  GROUP BY model
) AS checks ON checks.model = models.model
