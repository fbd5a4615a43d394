"""Forgetting customers: what is theirs stays under a pseudonym, what is about them goes.

Whom to forget is noted first; every step after that can be done again, so a kill at any moment is
made good by calling it again. Totals stay as they are: rows change their customer's id and lose
what is about the person, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ingest import erasure, raw
from ingest.temporary import remove_leftovers
from operate import forget_files, forget_journal, forget_tables
from operate.forget_fresh import remove_database, renew
from operate.forget_people import (
    GUEST,
    Person,
    find_people,
    known_ids,
    shared_contacts,
    waiting_requests,
    without,
)
from operate.forget_search import what_is_left
from operate.forget_sources import Sources, sources_of
from operate.forget_values import Cleaner
from operate.record import now
from patron.errors import PatronError, UsageError
from patron.lock import writer_lock
from patron.shop import Shop
from patron.warehouse import writing

Watch = Callable[[str], None]


@dataclass
class Forgotten:
    """What was done.

    Attributes:
        customers: How many persons.
        rows: Rows of the warehouse that named them.
        files: Files of the shop folder that held them.
        models: Models that were built again.
        shared: Contact data kept because other customers have them too, with these.
        elsewhere: Sources out of reach that hold them or were not searched.
        left: Places in the shop folder that still hold them.
        problem: Why models could not be built again.
    """

    customers: int
    rows: int = 0
    files: int = 0
    models: tuple[str, ...] = ()
    shared: tuple[tuple[str, ...], ...] = ()
    elsewhere: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    problem: PatronError | None = field(default=None, repr=False)


def whom(
    shop: Shop, customer_ids: Sequence[str], *, requested: bool, wait_seconds: float = 0.0
) -> dict[str, datetime]:
    """The customers to forget, with the time each asked for it.

    Raises:
        UsageError: If one of them is not known; then none is to be forgotten.
    """
    if not shop.warehouse.exists():
        raise PatronError(
            "nothing was loaded yet, so there is nobody to forget",
            where=str(shop.warehouse),
            remedy="name the shop with --shop",
        )
    with (
        writer_lock(shop, "patron forget", wait_seconds),
        writing(shop, wait_seconds) as connection,
    ):
        raw.ensure_tables(connection)
        _check_known(shop, connection, customer_ids)
        waiting = waiting_requests(connection)
    asked = {customer: waiting.get(customer, now()) for customer in customer_ids}
    return {**waiting, **asked} if requested else asked


def forget(
    shop: Shop,
    asked: dict[str, datetime],
    *,
    wait_seconds: float = 0.0,
    execution_time: str | None = None,
    watch: Watch = lambda _step: None,
) -> Forgotten:
    """Forget customers, those of an unfinished erasure too.

    Args:
        shop: Whose customers.
        asked: Whom, see `whom`.
        wait_seconds: How long to wait for another writer.
        execution_time: The moment to pretend it is, for simulated days.
        watch: Told what is going on.
    """
    with writer_lock(shop, "patron forget", wait_seconds):
        erased = _Erasure(shop, watch)
        erased.note(asked)
        erased.in_databases()
        erased.in_files()
        erased.in_what_is_derived(execution_time)
        return erased.finish()


def _check_known(
    shop: Shop, connection: duckdb.DuckDBPyConnection, customer_ids: Sequence[str]
) -> None:
    if GUEST in customer_ids or any(one.startswith(erasure.PREFIX) for one in customer_ids):
        raise UsageError(
            f"'{GUEST}' and the pseudonyms of erased customers stand for nobody",
            remedy="name customers by the ids that the shop gave them",
        )
    unknown = set(customer_ids) - known_ids(connection, customer_ids)
    if unknown and erasure.has_erasures(connection):
        names = erasure.read_key(shop)
        rows = connection.execute("SELECT customer_hash FROM raw.erasures").fetchall()
        erased = {row[0] for row in rows}
        unknown = {one for one in unknown if names.hash_of(one) not in erased}
    if unknown:
        raise UsageError(
            f"unknown customer{'s' if len(unknown) > 1 else ''}: {', '.join(sorted(unknown))}; "
            "nobody was forgotten",
            where="raw tables",
            remedy="write ids as the shop does; a customer not loaded yet is known after 'patron "
            "ingest'",
        )


class _Erasure:
    """One erasure under way. Callers hold the writer lock."""

    def __init__(self, shop: Shop, watch: Watch) -> None:
        self._shop = shop
        self._watch = watch
        self._sources: Sources = sources_of(shop)
        self._people: list[Person] = []
        self._done = Forgotten(0)

    def note(self, asked: dict[str, datetime]) -> None:
        """Find out what is known of the persons and write it down, before anything changes."""
        self._watch("finding out what is known of them")
        people = {person.customer_id: person for person in forget_journal.read_journal(self._shop)}
        with writing(self._shop) as connection:
            raw.ensure_tables(connection)
            self._pseudonyms = erasure.ensure_key(self._shop, connection)
            new = {customer: when for customer, when in asked.items() if customer not in people}
            found = find_people(connection, self._pseudonyms, new) if new else []
            shared = shared_contacts(connection, [*people.values(), *found])
        people |= {person.customer_id: without(person, shared) for person in found}
        self._people = list(people.values())
        self._done = Forgotten(
            len(people), shared=tuple((value, *ids) for value, ids in sorted(shared.items()))
        )
        self._cleaner = Cleaner(self._people)
        if self._people:
            forget_journal.write_journal(self._shop, self._people)

    def in_databases(self) -> None:
        """Erase them in the warehouse and in the copy that readers open, and every trace there."""
        self._watch("erasing them in the warehouse")
        with writing(self._shop) as connection:
            self._done.rows = forget_tables.erase_warehouse(
                connection, self._cleaner, self._pseudonyms
            )
        self._watch("writing the warehouse anew")
        renew(self._shop.warehouse)
        self._watch("writing the published copy anew")
        renew(
            self._shop.published,
            lambda copy: forget_tables.erase_tables(copy, self._cleaner),
        )

    def in_files(self) -> None:
        """Erase them in landed files, received events and extractions."""
        remove_leftovers(self._shop)
        remove_database(self._shop.published.with_name(f"{self._shop.published.name}.tmp"))
        forget_files.remove_drafts(self._shop)
        self._sources.remove_staged()
        changed = []
        for path in self._landed():
            self._watch(f"looking into {path.relative_to(self._shop.root)}")
            if forget_files.clean_file(self._cleaner, path):
                changed.append(path)
        with writing(self._shop) as connection:
            self._sources.restamp(connection, changed)
        self._done.files = len(changed)
        self._watch("erasing them in received events")
        self._done.files += self._sources.clean_events(self._cleaner) > 0

    def in_what_is_derived(self, execution_time: str | None) -> None:
        """Build again what is made from what was erased: models, the published copy, pages."""
        if not self._shop.state.exists():
            return
        from operate.reconcile import reconcile

        self._watch("building again what is derived")
        try:
            self._done.models = reconcile(self._shop, execution_time).models
            self._watch("building the reports again")
            self._build_site()
        except PatronError as error:
            self._done.problem = error

    def finish(self) -> Forgotten:
        """Look for what is left, and forget whom this was about."""
        self._watch("searching every file")
        files = [
            path
            for path in forget_files.shop_files(self._shop)
            if path != forget_journal.journal_path(self._shop)
        ]
        databases = [path for path in files if path.suffix == ".duckdb"]
        self._done.left = tuple(what_is_left(self._cleaner, files, databases))
        self._done.elsewhere = tuple(self._sources.elsewhere(self._cleaner))
        with writing(self._shop) as connection:
            connection.execute(
                "UPDATE raw.erasures SET files_changed = ? "
                "WHERE files_changed IS NULL AND pseudonym IN ?",
                [self._done.files, [person.pseudonym for person in self._people]],
            )
        self._watch("closing")
        if self._people:
            forget_journal.close_journal(self._shop)
        return self._done

    def _landed(self) -> list[Path]:
        kept = {self._shop.site, *self._sources.inboxes}
        return [
            path
            for path in forget_files.shop_files(self._shop, frozenset(kept))
            if path.parent != self._shop.data or not path.name.startswith(".")
        ]

    def _build_site(self) -> None:
        from reports.builder.api import build_site

        if not (self._shop.site / "index.html").exists():
            return
        built = build_site(self._shop)
        if built.errors:
            raise PatronError(
                "the pages could not be built again",
                where=str(built.errors[0]),
                remedy="'patron report check' lists all errors; correct them, then 'patron report'",
            )
