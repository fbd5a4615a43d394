"""What the models say of themselves reads well wherever it is shown."""

from __future__ import annotations

import pytest

from tests.support.definitions import PROJECT, project_model

OURS = sorted(
    str(path.relative_to(PROJECT / "models").with_suffix(""))
    for layer in ("staging", "intermediate", "marts", "quality", "seeds")
    for path in (PROJECT / "models" / layer).rglob("*.sql")
    if "blueprints" not in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", OURS)
def test_descriptions_are_clean_sentences(name: str) -> None:
    model = project_model(name)
    texts = [model.description or "", *model.column_descriptions.values()]
    for text in texts:
        assert text == " ".join(text.split())
        assert "''" not in text
        assert not text.startswith(("'", '"'))


def test_one_column_has_one_meaning_in_the_star() -> None:
    star = ("marts/core/fct_orders", "intermediate/int_orders")
    facts, orders = (project_model(name).column_descriptions for name in star)
    assert facts == {column: orders[column] for column in facts}
