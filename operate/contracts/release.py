"""Releases: contracts as they were promised, kept in contracts/released/ to compare with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from operate.contracts.check import Verdict
from patron.contracts import FOLDER, RELEASED, contract_file
from patron.errors import PatronError


def release(project: Path, verdicts: list[Verdict], today: date) -> list[str]:
    """Keep contracts as they stand; a contract that did not change is left as it was released.

    Args:
        project: The folder of `contracts/`.
        verdicts: What `check_contracts` found of the contracts to release.
        today: The day of the release.

    Returns:
        What was released, a line each.

    Raises:
        PatronError: If a change was not announced, or counts from a later day; nothing is released.
    """
    for verdict in verdicts:
        _refuse_early(verdict, today)
    return [_keep(project, verdict, today) for verdict in verdicts if verdict.status != "unchanged"]


def _refuse_early(verdict: Verdict, today: date) -> None:
    model, notice = verdict.contract.model, verdict.contract.notice
    if verdict.problems:
        raise PatronError(
            f"{model} cannot be released",
            where="\n".join(verdict.problems),
            remedy="see 'patron contracts check'",
        )
    announced = notice is not None and (
        verdict.released is None or notice != verdict.released.notice
    )
    if notice is not None and announced and today < notice.date:
        raise PatronError(
            f"readers of {model} were told that it changes on {notice.date}",
            where=f"{FOLDER}/{verdict.contract.table}.yaml: notice",
            remedy=f"release it on {notice.date} or later",
        )


def _keep(project: Path, verdict: Verdict, today: date) -> str:
    contract = verdict.contract
    snapshot = project / FOLDER / RELEASED / f"{contract.table}.yaml"
    if verdict.is_gone:
        snapshot.unlink()
        return f"{contract.model} {contract.version} is no longer promised"
    snapshot.parent.mkdir(exist_ok=True)
    text = contract_file(project, contract.model).read_text(encoding="utf-8")
    snapshot.write_text(f"released: {today}\n{text}", encoding="utf-8")
    before = f", after {verdict.released.version}" if verdict.released else ""
    return f"{contract.model} {contract.version}{before}"
