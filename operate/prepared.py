"""Uses the prepared query of a model, where it is the same on every day.

Before it writes a model SQLMesh renders its query again for the days that are due: macros, columns
and types all over. For most models the days make no difference, and rendering is the dearest part
of a run on little data. For these the query that was prepared when the model was read is used, and
only the names of tables are put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

# What SQLMesh calls the moments and circumstances of a run, in queries and in macros' code.
CIRCUMSTANCES = re.compile(
    r"@\{?(start|end|execution|this|runtime|gateway|schemas|views|model_kind)_?"
    r"|@AND\b|@resolve_template|\b(locals|runtime_stage|engine_adapter|snapshots|this_env|gateway)\b",
    re.IGNORECASE,
)
TABLE_NAMES = ("snapshots", "table_mapping", "deployability_index")


def render_query(original: Callable[..., Any], model: Any, **options: Any) -> Any:
    """SqlModel.render_query: without the moments where they make no difference."""
    if options.get("start") is None or options.get("expand") or not is_the_same_always(model):
        return original(model, **options)
    return original(model, **{name: options.get(name) for name in TABLE_NAMES})


def is_the_same_always(model: Any) -> bool:
    """Whether the query of a model depends on nothing but the project's files."""
    if model.time_column or model.jinja_macros.root_macros or CIRCUMSTANCES.search(_text(model)):
        return False
    return not any(
        CIRCUMSTANCES.search(code.payload)
        for code in model.python_env.values()
        if code.is_definition
    )


def _text(model: Any) -> str:
    return str(model.query_.sql)
