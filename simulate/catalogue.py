"""What the shop sells: departments, aisles, products, their popularity, prices and affinities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from simulate.randomness import Purpose, generator

LISTS = Path(__file__).parent / "lists"
ALWAYS = -1
NEVER_DAY = 10**6
VARIANT_SHARE, BUNDLE_SHARE, LATER_SHARE, DISCONTINUED_SHARE = 0.08, 0.03, 0.15, 0.06

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Department:
    """A department and its constants, as in `lists/catalogue.yaml`."""

    name: str
    share: float
    price: float
    margin: float
    return_share: float
    elasticity: float
    season_strength: float
    season_peak: float
    aisles: dict[str, list[str]]


@dataclass(frozen=True)
class Catalogue:
    """Products as columns, sorted by department; days count from the shop's opening.

    Attributes:
        departments: In order of their number.
        aisles: (department, name) in order of their number.
        names: Product names.
        brands: Brand names.
        brand: Brand of each product.
        aisle: Aisle of each product.
        department: Department of each product.
        parent: Product that this is a variant of, -1 for none.
        is_bundle: Whether it is a pack of several.
        base_price: First list price in cents.
        cost_share: Unit cost as a share of the list price's trend.
        popularity: Weight in the choice among the products of a department.
        elasticity: Exponent of relative price in that weight.
        launched: First day on sale.
        discontinued: First day not on sale any more.
        partner: Product bought together with this one, -1 for none.
        partner_probability: That the partner is added.
    """

    departments: tuple[Department, ...]
    aisles: tuple[tuple[int, str], ...]
    names: tuple[str, ...]
    brands: tuple[str, ...]
    brand: Ints
    aisle: Ints
    department: Ints
    parent: Ints
    is_bundle: NDArray[np.bool_]
    base_price: Floats
    cost_share: Floats
    popularity: Floats
    elasticity: Floats
    launched: Ints
    discontinued: Ints
    partner: Ints
    partner_probability: Floats

    @property
    def size(self) -> int:
        """Number of products."""
        return len(self.names)

    @property
    def bounds(self) -> Ints:
        """First product of each department, and the end."""
        return np.searchsorted(self.department, np.arange(len(self.departments) + 1))

    def on_sale(self, day: int) -> NDArray[np.bool_]:
        """Which products can be bought on a day."""
        return (self.launched <= day) & (day < self.discontinued)

    def department_values(self, attribute: str) -> Floats:
        """One constant of all departments."""
        return np.array([getattr(department, attribute) for department in self.departments])


def product_count(orders: int) -> int:
    """A bigger shop has a wider range: 200 to 2,000 products."""
    return int(np.clip(2 * np.sqrt(orders), 200, 2000))


def build_catalogue(seed: int, products: int) -> Catalogue:
    """Draw the catalogue of a seed."""
    lists = _read_lists()
    departments = tuple(_department(entry) for entry in lists["departments"])
    rng = generator(seed, Purpose.CATALOGUE)
    shelves = _shelves(departments, products)
    department = np.array([shelf[0] for shelf in shelves for _ in range(shelf[3])], np.int64)
    aisle = np.array([n for n, shelf in enumerate(shelves) for _ in range(shelf[3])], np.int64)
    size = len(aisle)
    brand = rng.integers(0, len(lists["brands"]), size)
    names, nouns = _names(rng, lists, shelves, brand)
    constants = np.array([[d.price, d.margin, d.elasticity] for d in departments])[department]
    price = constants[:, 0] * 100 * np.exp(rng.normal(0, 0.45, size))
    popularity = np.exp(rng.normal(0, 0.9, size))
    parent, is_bundle = _relations(rng, aisle, names, price)
    partner, probability = _partners(lists["affinities"], nouns, popularity)
    first_of_department = np.searchsorted(department, np.arange(len(departments)))
    paired = np.concatenate([partner[partner >= 0], np.flatnonzero(partner >= 0)])
    always = np.union1d(first_of_department, paired)
    launched, discontinued = _sold_from_to(rng, always, parent)
    return Catalogue(
        departments=departments,
        aisles=tuple((shelf[0], shelf[1]) for shelf in shelves),
        names=tuple(names),
        brands=tuple(lists["brands"]),
        brand=brand,
        aisle=aisle,
        department=department,
        parent=parent,
        is_bundle=is_bundle,
        base_price=price,
        cost_share=np.clip(1 - constants[:, 1] + rng.normal(0, 0.03, size), 0.3, 0.92),
        popularity=popularity,
        elasticity=np.clip(constants[:, 2] + rng.normal(0, 0.2, size), -3.0, -0.4),
        launched=launched,
        discontinued=discontinued,
        partner=partner,
        partner_probability=probability,
    )


def _sold_from_to(rng: np.random.Generator, always: Ints, parent: Ints) -> tuple[Ints, Ints]:
    """Some products come later, some go; `always` are the ones that do neither."""
    size = len(parent)
    launched = np.where(rng.random(size) < LATER_SHARE, rng.integers(1, 1500, size), ALWAYS)
    goes = rng.random(size) < DISCONTINUED_SHARE
    lasts = rng.integers(100, 1600, size)
    discontinued = np.where(goes, np.maximum(launched, 0) + lasts, NEVER_DAY)
    launched[always], discontinued[always] = ALWAYS, NEVER_DAY
    # A variant never comes before what it is a variant of.
    launched = np.where(parent >= 0, np.maximum(launched, launched[parent]), launched)
    return launched, np.maximum(discontinued, launched + 1)


@cache
def _read_lists() -> Any:
    return yaml.safe_load((LISTS / "catalogue.yaml").read_text(encoding="utf-8"))


def _department(entry: dict[str, Any]) -> Department:
    season = entry["season"]
    plain = {key: value for key, value in entry.items() if key != "season"}
    return Department(
        **plain, season_strength=season["strength"], season_peak=float(season["peak_day"])
    )


def _shelves(
    departments: tuple[Department, ...], products: int
) -> list[tuple[int, str, list[str], int]]:
    """(department, aisle, nouns, number of products) of every aisle."""
    shelves = [
        (number, aisle, nouns)
        for number, department in enumerate(departments)
        for aisle, nouns in department.aisles.items()
    ]
    total = sum(len(nouns) for _, _, nouns in shelves)
    return [
        (number, aisle, nouns, max(len(nouns), round(products * len(nouns) / total)))
        for number, aisle, nouns in shelves
    ]


def _names(
    rng: np.random.Generator,
    lists: Any,
    shelves: list[tuple[int, str, list[str], int]],
    brand: Ints,
) -> tuple[list[str], list[str]]:
    """Unique product names, and the noun of each."""
    nouns = [shelf[2][k % len(shelf[2])] for shelf in shelves for k in range(shelf[3])]
    sizes = rng.integers(0, len(lists["sizes"]), len(nouns))
    labels = {label: rng.random(len(nouns)) < share for label, share in lists["labels"].items()}
    names: list[str] = []
    seen: dict[str, int] = {}
    for index, noun in enumerate(nouns):
        words = [lists["brands"][brand[index]], *(word for word, on in labels.items() if on[index])]
        name = " ".join([*words, noun, lists["sizes"][sizes[index]]])
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} no. {seen[name]}")
    return names, nouns


def _relations(
    rng: np.random.Generator, aisle: Ints, names: list[str], price: Floats
) -> tuple[Ints, NDArray[np.bool_]]:
    """Make some products a larger variant of, or a bundle of, an earlier one of their aisle."""
    parent = np.full(len(aisle), -1, np.int64)
    is_bundle = np.zeros(len(aisle), bool)
    draws, picks = rng.random(len(aisle)), rng.random(len(aisle))
    first = np.searchsorted(aisle, aisle)
    used: set[int] = set()
    for index in np.flatnonzero(draws < VARIANT_SHARE + BUNDLE_SHARE):
        model = int(first[index] + picks[index] * (index - first[index]))
        if model == index or model in used or parent[model] >= 0 or is_bundle[model]:
            continue
        used |= {model, int(index)}
        if draws[index] < VARIANT_SHARE:
            parent[index], names[index] = model, f"{names[model]} family pack"
            price[index] = price[model] * 1.8
        else:
            is_bundle[index], names[index] = True, f"{names[model]} bundle of 3"
            price[index] = price[model] * 2.6
    return parent, is_bundle


def _partners(
    affinities: list[tuple[str, str, float]], nouns: list[str], popularity: Floats
) -> tuple[Ints, Floats]:
    """The most popular product of each noun is what people combine."""
    partner = np.full(len(nouns), -1, np.int64)
    probability = np.zeros(len(nouns))
    by_noun: dict[str, int] = {}
    for index in np.argsort(popularity, kind="stable"):
        by_noun[nouns[index]] = int(index)
    for first, second, chance in affinities:
        partner[by_noun[first]], probability[by_noun[first]] = by_noun[second], chance
    return partner, probability
