MODEL (
  name marts.regions,
  kind SEED (path '../../seeds/regions.csv'),
  grain (day_of_week),
  columns (day_of_week INT, region TEXT)
);
