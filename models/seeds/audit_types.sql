MODEL (
  name seeds.audit_types,
  kind SEED (
    path '../../seeds/audit_types.csv'
  ),
  owner data_team,
  cron '@daily',
  tags (
    seed
  ),
  columns (
    audit TEXT,
    check_type TEXT,
    judges TEXT
  ),
  grain audit,
  audits (
    not_null(columns := (audit, check_type, judges)),
    unique_values(columns := (
      audit
    )),
    accepted_values("column" := judges, is_in := ('rows', 'table'))
  ),
  description 'What kind of check each audit is. One row per audit, without the ending of its non-blocking twin. Answers: what does an audit look at, and does it count rows or judge the table as a whole?',
  column_descriptions (
    audit = 'Name of the audit',
    check_type = 'Type of check',
    judges = 'rows where what it finds are rows of the table; table where it is one fact about all of it'
  )
)
