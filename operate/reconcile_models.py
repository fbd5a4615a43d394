"""The models of production as reconciling sees them: what each is made from, how to render it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlmesh.core.dialect import MacroVar
from sqlmesh.core.macros import RuntimeStage
from sqlmesh.core.snapshot.definition import DeployabilityIndex, snapshots_to_dag
from sqlmesh.utils.date import to_datetime

from operate.record import now
from operate.restatement import CUMULATIVE, Intervals
from operate.session import PRODUCTION

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

DAY_MS = 86_400_000
JOINED_GAP_DAYS = 31
MAX_INTERVALS = 4
_CLOCK = "execution_"
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Production:
    """What production is made of.

    Attributes:
        snapshots: Its models by SQLMesh's name, parents first.
        plan_id: The plan that made it.
        execution_time: The moment it is, or is pretended to be.
    """

    snapshots: dict[str, Snapshot]
    plan_id: str
    execution_time: str

    def sources(self, snapshot: Snapshot) -> list[Snapshot]:
        """The tables a model reads, also through views; tables of the shop among them."""
        found: dict[str, Snapshot] = {}
        for parent in self._parents(snapshot):
            if parent.is_external or parent.model.kind.is_materialized:
                found[parent.name] = parent
            else:
                found |= {source.name: source for source in self.sources(parent)}
        return list(found.values())

    def named(self, model: str) -> Snapshot:
        """A model by its name as people write it, such as `ml.customer_labels`."""
        return next(s for s in self.snapshots.values() if name_of(s) == model)

    def render(self, snapshot: Snapshot, start: datetime, end: datetime) -> str:
        """The SQL of a model for a time range, on the tables of production."""
        sql: str = self.query(snapshot, start, end).sql(dialect=snapshot.model.dialect)
        return sql

    def query(self, snapshot: Snapshot, start: datetime, end: datetime) -> exp.Query:
        """The query of a model for a time range, on the tables of production."""
        rendered: exp.Query = snapshot.model.render_query_or_raise(
            start=start,
            end=end,
            execution_time=self.execution_time,
            snapshots=self.snapshots,
            deployability_index=DeployabilityIndex.all_deployable(),
            runtime_stage=RuntimeStage.EVALUATING,
        )
        return rendered.copy()

    def _parents(self, snapshot: Snapshot) -> list[Snapshot]:
        return [
            self.snapshots[parent.name]
            for parent in snapshot.parents
            if parent.name in self.snapshots
        ]


def load_production(context: Any, execution_time: str | None) -> Production | None:
    """Production as the state has it; None where it was never made or is being changed."""
    environment = context.state_reader.get_environment(PRODUCTION)
    if environment is None or environment.finalized_ts is None:
        return None
    found = context.state_reader.get_snapshots(environment.snapshots)
    order = [key for key in snapshots_to_dag(found.values()) if key in found]
    return Production(
        {found[key].name: found[key] for key in order},
        environment.plan_id,
        # One present for all that is compared; without any SQLMesh would take 1970 for it.
        execution_time or now().isoformat(),
    )


def name_of(snapshot: Snapshot) -> str:
    """The model's name as people write it."""
    view = snapshot.qualified_view_name
    return f"{view.schema_name}.{view.table}"


def is_whole(snapshot: Snapshot) -> bool:
    """Whether every run builds the whole table again."""
    return bool(snapshot.is_model and snapshot.model.kind.is_full)


def is_by_day(snapshot: Snapshot) -> bool:
    """Whether the table is built day by day, and any day can be built again with the same result.

    Not so for records of what was said or known on a day, such as predictions: those models are not
    SQL or say `disable_restatement`.
    """
    if not snapshot.is_model or not snapshot.model.is_sql:
        return False
    kind = snapshot.model.kind
    return bool(kind.is_incremental_by_time_range and not snapshot.model.disable_restatement)


def is_cumulative(snapshot: Snapshot) -> bool:
    """Whether the rows of a day depend on all rows before it, and on no later ones."""
    return CUMULATIVE in snapshot.model.tags


def is_daily(snapshot: Snapshot) -> bool:
    """Whether the model is due every day, or more often."""
    node = snapshot.node
    last = node.cron_prev(_SOME_DAY)
    return bool(node.cron_next(last) - last <= timedelta(days=1))


def reads_clock(snapshot: Snapshot) -> bool:
    """Whether the query depends on when it is executed."""
    if not snapshot.model.is_sql:
        return False
    variables = snapshot.model.query.find_all(MacroVar)
    return any(str(variable.this).lower().startswith(_CLOCK) for variable in variables)


def built_range(snapshot: Snapshot) -> tuple[datetime, datetime]:
    """From the first moment that was built to the last, exclusive; days between may be missing."""
    first, last = snapshot.intervals[0][0], snapshot.intervals[-1][1]
    return to_datetime(first), to_datetime(last)


def is_built(snapshot: Snapshot, day: date) -> bool:
    """Whether a day was built; one that was not is due anyway."""
    moment = _timestamp(day)
    return any(start <= moment < end for start, end in snapshot.intervals)


def latest_interval(snapshot: Snapshot) -> tuple[int, int]:
    """The last interval that was built: without it the whole table is due."""
    end = snapshot.intervals[-1][1]
    return end - snapshot.node.interval_unit.milliseconds, end


def intervals_of(snapshot: Snapshot, days: list[date]) -> Intervals:
    """The intervals that hold the days of a model, few and wide rather than many and narrow.

    Each is a batch that reads all of raw, so days between are built along. SQLMesh builds for a
    missing day also the one that lies the lookback before it: beginning there makes one batch of
    the two.
    """
    back = snapshot.model.lookback * DAY_MS
    joined: Intervals = []
    for day in sorted(days):
        start, end = _timestamp(day) - back, _timestamp(day) + DAY_MS
        if joined and start <= joined[-1][1] + JOINED_GAP_DAYS * DAY_MS:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    while len(joined) > MAX_INTERVALS:
        gaps = [after[0] - before[1] for before, after in pairwise(joined)]
        at = gaps.index(min(gaps))
        joined[at : at + 2] = [(joined[at][0], joined[at + 1][1])]
    first = snapshot.intervals[0][0]
    return [(max(start, first), end) for start, end in joined]


def _timestamp(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
