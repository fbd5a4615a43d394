"""Recommendations held against what customers bought afterwards, beside what sells best.

    python benchmarks/recommendations.py
    python benchmarks/recommendations.py purchases.parquet --cutoff 2025-06-01 --horizon 60

Without a file the data are Online Retail II, of the folder that PATRON_REAL_DATA names. A file (CSV
or Parquet) has the columns customer_id, order_id, product_id and order_date.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.public_data import public_file  # noqa: E402
from ml.recommend import Hits, judge_recommendations  # noqa: E402

ARCHIVE = "online_retail_II_csv.zip"
CUTOFFS = ("2011-02-10", "2011-03-10", "2011-05-10", "2011-06-10", "2011-08-10", "2011-09-10")
ONLINE_RETAIL_2 = """
SELECT DISTINCT SPLIT_PART("Customer ID", '.', 1) AS customer_id, Invoice AS order_id,
    StockCode AS product_id, InvoiceDate::TIMESTAMP::DATE AS order_date
FROM READ_CSV('{path}', header = TRUE, all_varchar = TRUE)
WHERE "Customer ID" IS NOT NULL AND REGEXP_MATCHES(Invoice, '^[0-9]')
    AND REGEXP_MATCHES(StockCode, '^[0-9]{{5}}') AND Quantity::INT > 0
    AND Price::DECIMAL(18, 2) > 0
ORDER BY ALL
"""


def online_retail_2(archive: Path, folder: Path) -> pd.DataFrame:
    """The purchases of Online Retail II, the CSV unpacked into a folder."""
    with zipfile.ZipFile(archive) as packed:
        (name,) = packed.namelist()
        packed.extract(name, folder)
    return duckdb.sql(ONLINE_RETAIL_2.format(path=folder / name)).df()


def split(
    purchases: pd.DataFrame, cutoff: date, horizon_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was bought before a day, and from it on."""
    age = (pd.Timestamp(cutoff) - pd.to_datetime(purchases["order_date"])).dt.days
    aged = purchases.assign(age_days=age)
    return aged[age > 0], aged[(age <= 0) & (age > -horizon_days)]


def main() -> None:
    """Print a line for each cutoff, subject and predictor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--cutoff", action="append", type=date.fromisoformat)
    parser.add_argument("--horizon", type=int, default=90)
    chosen = parser.parse_args()
    if chosen.file:
        purchases = duckdb.sql(f"SELECT * FROM '{chosen.file}' ORDER BY ALL").df()
        last = pd.to_datetime(purchases["order_date"]).max().date()
        cutoffs = chosen.cutoff or [last - timedelta(days=chosen.horizon - 1)]
    else:
        with tempfile.TemporaryDirectory() as folder:
            purchases = online_retail_2(public_file(ARCHIVE), Path(folder))
        cutoffs = chosen.cutoff or [date.fromisoformat(day) for day in CUTOFFS]
    print("| cutoff | items | customers | predictor | recall at 10 | hit rate at 5 |")
    print("|---|---|---|---|---|---|")
    judged: dict[tuple[str, str], list[Hits]] = {}
    for cutoff in cutoffs:
        for subject, by_predictor in judge_recommendations(
            *split(purchases, cutoff, chosen.horizon)
        ).items():
            for predictor, hits in by_predictor.items():
                print(_line(str(cutoff), subject, predictor, [hits]), flush=True)
                judged.setdefault((subject, predictor), []).append(hits)
    for (subject, predictor), several in judged.items():
        print(_line("mean", subject, predictor, several))


def _line(cutoff: str, subject: str, predictor: str, hits: list[Hits]) -> str:
    recall, hit_rate = (
        sum(getattr(one, name) for one in hits) / len(hits)
        for name in ("recall_at_10", "hit_rate_at_5")
    )
    customers = sum(one.customers for one in hits)
    return f"| {cutoff} | {subject} | {customers:,} | {predictor} | {recall:.3f} | {hit_rate:.3f} |"


if __name__ == "__main__":
    main()
