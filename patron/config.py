"""The variables of the project's config.yaml, as SQLMesh sees them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from patron.errors import PatronError


def project_variables(project: Path) -> dict[str, Any]:
    """The `variables` of config.yaml, environment variables put in.

    Args:
        project: The folder of config.yaml.

    Raises:
        PatronError: If the file cannot be read.
    """
    import yaml
    from jinja2.sandbox import SandboxedEnvironment

    file = project / "config.yaml"
    environment = SandboxedEnvironment()
    environment.globals["env_var"] = os.environ.get
    try:
        text = environment.from_string(file.read_text("utf-8")).render()
        found = (yaml.safe_load(text) or {}).get("variables") or {}
    except (OSError, yaml.YAMLError) as error:
        raise PatronError("the project's configuration cannot be read", where=str(file)) from error
    return {str(name): value for name, value in found.items()}
