"""The hook before every plan and run, named in config.yaml under before_all.

SQLMesh keeps macros in its state, so `sqlmesh run` calls them though it does not load the project;
what they do lives in the installed package `operate`.
"""

from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def begin_run(evaluator: MacroEvaluator) -> str:
    """Make failed and interrupted runs harmless before anything is written."""
    if evaluator.runtime_stage == "before_all":
        from operate.lifecycle import begin

        begin(evaluator.engine_adapter, evaluator.this_env)
    return "SELECT 1"
