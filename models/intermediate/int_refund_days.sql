MODEL (
  name intermediate.int_refund_days,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (returned_date, '%Y-%m-%d'),
    lookback @lookback_days
  ),
  owner finance_team,
  cron '@daily',
  tags (intermediate, cumulative),
  grain (returned_date, dimension, member),
  audits (
    not_null(columns := (returned_date, dimension, member, refund_amount)),
    unique_combination_of_columns(columns := (returned_date, dimension, member)),
    dimensions_agree("by" := returned_date, "column" := refund_amount),
    dimensions_agree("by" := returned_date, "column" := return_count)
  ),
  description 'What was given back on each day for orders that stay sales, whenever they were placed. One row per day, dimension and member with a return. An order refunded as a whole is no sale and leaves net revenue instead. A return that the shop dates before its order counts on the day of the order, so that no day depends on a later one. Part of the base of all numbers over time. Answers: how much money and how many returns came back on a day, and of which orders?',
  column_descriptions (
    dimension = 'By what the returns are divided, see seeds.kpi_dimensions; department by the product that came back',
    member = 'Member of the dimension; all where it is not divided, unknown where the shop does not say',
    return_count = 'Returns',
    refund_amount = 'Money given back',
    returned_date = 'Day of the return in the business time zone, the day of the order where that is later'
  )
);

WITH dimensions AS (
  SELECT
    dimension
  FROM seeds.kpi_dimensions
  UNION ALL
  SELECT
    'department' AS dimension
), returns_by_dimension AS (
  SELECT
    dimensions.dimension,
    CASE
      WHEN dimensions.dimension = 'department'
      THEN COALESCE(products.department_id, 'unknown')
      ELSE @order_member(dimensions.dimension, orders, customers)
    END AS member,
    returns.refund_amount,
    returns.returned_date
  FROM staging.stg_returns AS returns
  INNER JOIN intermediate.int_orders AS orders
    ON returns.order_id = orders.order_id
  LEFT JOIN staging.stg_customers AS customers
    ON orders.customer_id = customers.customer_id
  LEFT JOIN intermediate.int_products AS products
    ON returns.product_id = products.product_id
  CROSS JOIN dimensions
  WHERE
    orders.is_valid_sale AND returns.returned_date BETWEEN @start_ds::DATE AND @end_ds::DATE
)
SELECT
  dimension::TEXT AS dimension,
  member::TEXT AS member,
  COUNT(*)::BIGINT AS return_count,
  COALESCE(SUM(refund_amount), 0)::DECIMAL(18, 2) AS refund_amount,
  returned_date::DATE AS returned_date
FROM returns_by_dimension
GROUP BY
  dimension,
  member,
  returned_date
