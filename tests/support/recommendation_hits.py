"""How often recommendations are right: made as of some weeks ago, judged by the next order.

    python -m tests.support.recommendation_hits --customers 10000 --orders 100000

simulates a shop and prints the share of customers with an order in the weeks after in whose next
order at least one of their five products is, against the five most popular products for everybody.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.built_shop import BuiltShop, simulated

HOLDOUT_DAYS = 60
REBUILT = (
    "intermediate.int_customer_order_summary",
    "intermediate.int_basket_pairs",
    "intermediate.int_product_customers",
    "intermediate.int_product_popularity",
    "marts.mart_product_affinity",
    "marts.mart_product_recommendations",
)
_HITS = """
WITH next_orders AS (
  SELECT customer_id, ARG_MIN(order_id, (ordered_at, order_id)) AS order_id
  FROM intermediate.int_orders CROSS JOIN intermediate.int_as_of
  WHERE is_valid_sale AND NOT is_guest AND order_date >= as_of_date
  GROUP BY customer_id
), shown AS (
  SELECT customer_id, product_id, 'recommended' AS kind FROM marts.mart_product_recommendations
  UNION ALL
  SELECT customer_id, product_id, 'popular'
  FROM next_orders CROSS JOIN intermediate.int_product_popularity WHERE popularity_rank <= 5
), hits AS (
  SELECT shown.kind, next_orders.customer_id, COUNT(DISTINCT items.product_id) AS products
  FROM next_orders
  INNER JOIN shown USING (customer_id)
  LEFT JOIN intermediate.int_order_items AS items
    ON items.order_id = next_orders.order_id AND items.product_id = shown.product_id
  GROUP BY ALL
)
SELECT kind, COUNT(*), AVG((products > 0)::INT) FROM hits GROUP BY kind
"""


@dataclass(frozen=True)
class Hits:
    """What was judged.

    Attributes:
        customers: With an order after the day on which recommendations were made.
        recommended: Share of them with one of their five products in the next order.
        popular: The same for the five most popular products.
    """

    customers: int
    recommended: float
    popular: float


def judged(shop: BuiltShop) -> Hits:
    """Recommend as of some weeks before the end of the shop's data; its tables stay so."""
    shop.build("marts.mart_product_recommendations", "intermediate.int_product_days")
    shop.connection.execute(
        f"UPDATE intermediate.int_as_of SET as_of_date = as_of_date - {HOLDOUT_DAYS}"
    )
    shop.rebuild(*REBUILT)
    found = {row[0]: row[1:] for row in shop.connection.execute(_HITS).fetchall()}
    customers, recommended = found["recommended"]
    return Hits(customers, recommended, found["popular"][1])


def main() -> None:
    """Judge on a fresh simulated shop."""
    with tempfile.TemporaryDirectory() as folder:
        hits = judged(simulated(Path(folder), *sys.argv[1:]))
    print(f"{hits.customers} customers: {hits.recommended:.3f} against {hits.popular:.3f}")


if __name__ == "__main__":
    main()
