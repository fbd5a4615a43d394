"""Taking persons out of single values and records, whatever file these come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ingest.contract import load_contract
from operate.forget_people import MIN_TELLING, Person, digits
from patron.sql import literal

# Words in the names of columns that hold something about a person, and words that say otherwise.
_PERSONAL_WORDS = frozenset(
    [
        "email",
        "mail",
        "phone",
        "mobile",
        "telephone",
        "tel",
        "fax",
        "street",
        "address",
        "address1",
        "address2",
        "zip",
        "zipcode",
        "postal",
        "postcode",
        "birth",
        "birthday",
        "birthdate",
        "dob",
        "firstname",
        "lastname",
        "fullname",
        "surname",
    ]
)
_NAME_OWNERS = frozenset(
    [
        "first",
        "last",
        "full",
        "middle",
        "family",
        "given",
        "nick",
        "customer",
        "user",
        "client",
        "buyer",
        "billing",
        "shipping",
        "contact",
        "recipient",
    ]
)
_OTHERWISE = frozenset(
    [
        "consent",
        "marketing",
        "accepts",
        "valid",
        "verified",
        "status",
        "opt",
        "subscribed",
        "count",
        "campaign",
        "product",
    ]
)
QUICK_TOKENS = 8
_IDS = frozenset(
    frozenset(words.split())
    for words in (
        "customer id",
        "customerid",
        "customer",
        "user id",
        "userid",
        "client id",
        "buyer id",
    )
)
_TOKEN = re.compile(rb"[\w@\-\x80-\xff]+")
_SQL_WORDS = r"[\w@\-\x{80}-\x{10FFFF}]+"
_QUOTED_KEY = re.compile(r"(?<!\w)(customer_id|row_key)=(.+?)(?=, \w+=| \| |$)")
_DATE = re.compile(r"\d{4}|\d[./-]\d")
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])|\d+")


class Cleaner:
    """Knows persons, and what to put in place of what leads to them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        self._by_id = {person.customer_id.casefold(): person for person in people}
        self._by_email = {email: person for person in people for email in person.emails}
        self._by_phone = {phone: person for person in people for phone in person.phones}
        self._needles = [(needle, person) for person in people for needle in person.needles]
        self._tokens = frozenset(
            _longest(text)
            for person in people
            for text in (*person.needles, person.customer_id.casefold())
        )

        # Few long words are found faster one by one than by looking at every word there is.
        self._is_quick = len(self._tokens) <= QUICK_TOKENS and all(
            len(token) >= MIN_TELLING for token in self._tokens
        )

    def may_hold_sql(self, text: str) -> str:
        """The same in SQL, for an expression that gives a text."""
        tokens = ", ".join(literal(token.decode()) for token in sorted(self._tokens))
        return f"list_has_any(regexp_extract_all(lower({text}), {literal(_SQL_WORDS)}), [{tokens}])"

    def may_hold(self, content: bytes) -> bool:
        """Whether a closer look is worth it; false for almost all lines."""
        lowered = content.lower()
        if self._is_quick:
            return any(token in lowered for token in self._tokens)
        return not self._tokens.isdisjoint(_TOKEN.findall(lowered))

    def holds(self, text: str) -> str | None:
        """What a text has that leads to a person and to nobody else."""
        lowered = text.casefold()
        return next((needle for needle, _ in self._needles if _occurs(needle, lowered)), None)

    def person_in(self, text: str) -> Person | None:
        """Whom a text mentions."""
        if not self.may_hold(text.encode("utf-8", "surrogateescape")):
            return None
        lowered = text.casefold()
        return next((who for needle, who in self._needles if _occurs(needle, lowered)), None)

    def person_of(self, record: Mapping[str, Any]) -> Person | None:
        """Whose record it is: by address, by number, by id in a column that holds ids."""
        for name, value in record.items():
            text = _text(value)
            if not text:
                continue
            found = self._by_email.get(text) or self._by_phone.get(digits(text))
            if found is None and (person := self._by_id.get(text)) is not None:
                found = person if person.id_tells or _is_id(name) else None
            if found is not None:
                return found
        return None

    def value(self, name: str, value: Any, person: Person | None) -> Any:
        """A value of a record, cleaned.

        Args:
            name: Its column.
            value: Of any kind.
            person: Whose record it is.
        """
        text = _text(value)
        if person is None or not text:
            return self.text(value) if isinstance(value, str) else value
        if text == person.customer_id.casefold():
            return self._id(name, value, person)
        if text in person.emails:
            return person.email_pseudonym
        if _is_kept(name):
            return self.text(value) if isinstance(value, str) else value
        if digits(text) in person.phones or text in person.names or is_personal(name):
            return _emptied(name, value, person)
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """A text without what leads to a person; names only where something else does."""
        if not self.may_hold(text.encode("utf-8", "surrogateescape")):
            return text
        lowered = text.casefold()
        found = [(n, person) for n, person in self._needles if _occurs(n, lowered)]
        for needle, person in found:
            text = re.sub(_bounded(needle), _instead(needle, person), text, flags=re.IGNORECASE)
        for person in {id(person): person for _, person in found}.values():
            for name in sorted(person.names, key=len, reverse=True):
                text = re.sub(_bounded(name), "", text, flags=re.IGNORECASE)
        return text

    def quotation(self, text: str) -> str:
        """The same for a text that quotes keys, such as `customer_id=7 | row_key=7`."""

        def instead(found: re.Match[str]) -> str:
            person = self._by_id.get(found[2].casefold())
            return f"{found[1]}={person.pseudonym if person else found[2]}"

        return self.text(_QUOTED_KEY.sub(instead, text))

    def _id(self, name: str, value: Any, person: Person) -> Any:
        """The pseudonym, unless queries may expect a number."""
        if not isinstance(value, str) or person.is_numbered:
            return value
        return person.pseudonym if person.id_tells or _is_id(name) else value


def names_somebody(record: Mapping[str, Any]) -> bool:
    """Whether a record says by itself whose it is."""
    return any(
        value and (_is_id(name) or ("@" in str(value) and is_personal(name)))
        for name, value in record.items()
        if isinstance(value, str | int)
    )


@cache
def is_personal(name: str) -> bool:
    """Whether a column's name says that it is about a person, however it is spelled."""
    words = words_of(name)
    if words & _OTHERWISE:
        return False
    return bool(words & _PERSONAL_WORDS) or ("name" in words and bool(words & _NAME_OWNERS))


@cache
def words_of(name: str) -> frozenset[str]:
    """The words in a column's name."""
    return frozenset(word.lower() for word in _WORD.findall(name))


@cache
def _is_id(name: str) -> bool:
    return words_of(name) in _IDS


@cache
def _is_kept(name: str) -> bool:
    """Whether the contract knows the column and it is not about the person."""
    columns = [c for t in load_contract().tables for c in t.columns if c.name == name.lower()]
    return bool(columns) and not any(column.personal for column in columns)


def _text(value: Any) -> str:
    """A value as it is compared; nothing for what cannot lead to anybody."""
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip().casefold()


def _emptied(name: str, value: Any, person: Person) -> Any:
    if "email" in words_of(name) and "@" in str(value):
        return person.email_pseudonym
    if "birth" in words_of(name) and not _DATE.search(str(value)):
        # The contract refuses such a row, and has to go on refusing it.
        return "erased"
    return "" if isinstance(value, str) else None


def _occurs(needle: str, text: str) -> bool:
    return needle in text and re.search(_bounded(needle), text) is not None


def _bounded(text: str) -> str:
    """The text where it is not a part of a longer word."""
    before = "[\\w@.+-]" if "@" in text else "[\\w@]"
    return rf"(?<!{before}){re.escape(text)}(?![\w@]|[.-]\w)"


def _instead(needle: str, person: Person) -> str:
    if needle == person.customer_id.casefold():
        return person.pseudonym
    return person.email_pseudonym if needle in person.emails else ""


def _longest(text: str) -> bytes:
    """The part of a text by which it is looked for first."""
    found: Iterable[bytes] = _TOKEN.findall(text.encode())
    return max(found, key=lambda token: (b"@" in token, len(token)), default=text.encode())
