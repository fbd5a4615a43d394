MODEL (name intermediate.int_as_of, kind FULL, grain (as_of_date));

SELECT (MAX(day) + INTERVAL 1 DAY)::DATE AS as_of_date FROM staging.stg_sales
