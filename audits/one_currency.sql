AUDIT (
  name one_currency
);

/* Amounts are added up, so they have to be in the currency of the reports. */
SELECT
  order_id,
  currency
FROM @this_model
WHERE
  currency <> @expected
