-- The tables that the model of a catalogue page reads, and those that read it.
SELECT parent_model AS model, TRUE AS is_parent, COUNT(parent_column) AS columns, MAX(used_for) AS used_for
FROM quality.model_inputs
WHERE model = ${params.name}
GROUP BY parent_model
UNION ALL
SELECT model, FALSE, COUNT(parent_column), MAX(used_for)
FROM quality.model_inputs
WHERE parent_model = ${params.name}
GROUP BY model
