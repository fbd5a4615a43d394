"""The hook after every plan and run, named in config.yaml under after_all.

SQLMesh keeps macros in its state, so `sqlmesh run` calls them though it does not load the project;
what they do lives in the installed package `operate`.
"""

from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def end_run(evaluator: MacroEvaluator) -> str:
    """Publish for readers when every batch was good."""
    if evaluator.runtime_stage == "after_all":
        from operate.lifecycle import end

        end(evaluator.engine_adapter, evaluator.this_env, evaluator.snapshots)
    return "SELECT 1"
