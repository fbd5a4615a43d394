"""Models that rules on what a model says and reads forbid or allow."""

from __future__ import annotations

from linted import GOOD, SAME_COUNT, history, mart, query

from linter.completeness import (
    NoMissingColumnDescription,
    NoMissingDescription,
    NoMissingGrain,
    NoMissingOwner,
    NoUnreconciledMart,
)
from linter.history import HistoryIsViewed
from linter.layers import AuditTablesDeclared, LayerOrder

# The rule, the model, and what is said of it.
BAD = [
    (NoMissingOwner, GOOD.replace("owner data_team,", ""), "has no owner"),
    (NoMissingGrain, GOOD.replace("grain id,", ""), "has no grain"),
    (NoMissingDescription, GOOD.replace("One row per id. ", ""), "lacks 'One row ...'"),
    (NoMissingDescription, GOOD.replace("Answers:", "It says"), "lacks 'Answers: ...'"),
    (NoMissingDescription, query("SELECT 1 AS id"), "lacks 'One row ...'"),
    (
        NoMissingColumnDescription,
        GOOD.replace("1::INT AS id", "1::INT AS id, 2::INT AS b, 3::INT AS a"),
        "does not describe a, b",
    ),
    (
        NoMissingColumnDescription,
        GOOD.replace("id = 'The id'", "id = 'The id', old = 'Gone'"),
        "describes columns it lacks: old",
    ),
    (
        HistoryIsViewed,
        query("SELECT run_id AS id FROM quality.model_runs", "quality.runs"),
        "reads quality.model_runs, a record of what happened",
    ),
    (HistoryIsViewed, history("FULL", "quality.runs"), "make it a view in quality"),
    (HistoryIsViewed, history("VIEW", "intermediate.int_runs"), "make it a view in quality"),
    (NoUnreconciledMart, query("SELECT 1 AS id", "marts.mart_x"), "is reconciled with nothing"),
    (
        NoUnreconciledMart,
        mart("unique_values(columns := (id))"),
        "is reconciled with nothing",
    ),
    (LayerOrder, query("SELECT id FROM raw.orders"), "must not read raw.orders"),
    (
        LayerOrder,
        query("SELECT id FROM raw.orders", "marts.mart_x"),
        "marts.mart_x must not read raw.orders",
    ),
    (
        LayerOrder,
        query("SELECT id FROM marts.mart_x"),
        "intermediate.int_x must not read marts.mart_x",
    ),
    (
        LayerOrder,
        query("SELECT id FROM staging.stg_b", "staging.stg_a"),
        "reads stg_b: no staging on staging",
    ),
    (LayerOrder, query("SELECT id FROM ml.scores"), "must not read ml: features come from here"),
    (LayerOrder, query("SELECT id FROM quality.checks", "ml.x"), "must not read quality.checks"),
    (
        LayerOrder,
        query("SELECT id FROM quality.quality_scores", "marts.mart_x"),
        "marts.mart_x must not read quality.quality_scores",
    ),
    (LayerOrder, query("SELECT id FROM staging.stg_a", "nowhere.x"), "must not read staging.stg_a"),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT),
        "audit same_row_count of marts.mart_x reads staging.stg_a: add it to depends_on",
    ),
    (
        AuditTablesDeclared,
        query("SELECT 1 AS id").replace("FULL", "FULL, audits (customer_revenue_agrees)"),
        "depends_on",
    ),
]
# The rule and the model.
ALLOWED = [
    (HistoryIsViewed, history("VIEW", "quality.runs")),
    (NoUnreconciledMart, query("SELECT 1 AS id", "intermediate.int_x")),
    (
        NoUnreconciledMart,
        mart(SAME_COUNT),
    ),
    (LayerOrder, query("SELECT id FROM raw.orders", "staging.stg_orders")),
    (LayerOrder, query("SELECT id FROM staging.checked_orders", "staging.stg_orders")),
    (LayerOrder, query("SELECT id FROM ml.scores", "intermediate.int_customer_predictions")),
    (LayerOrder, query("SELECT id FROM raw.rejected_rows", "quality.rejected_rows")),
    (LayerOrder, query("SELECT id FROM quality.source_quality", "marts.mart_x")),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT, "SELECT id FROM staging.stg_a"),
    ),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT, more="depends_on (staging.stg_a),"),
    ),
    # A model that is only inlined where it is used is not looked at.
    (NoMissingOwner, query("SELECT 1 AS id", kind="EMBEDDED")),
    (LayerOrder, query("SELECT id FROM raw.orders", kind="EMBEDDED")),
]
