AUDIT (
  name contains_all
);

/* Every key of another table occurs here, too. */
SELECT
  other_side.@column AS missing_key
FROM @other_table AS other_side
LEFT JOIN @this_model AS this_side
  ON other_side.@column = this_side.@column
WHERE
  this_side.@column IS NULL
