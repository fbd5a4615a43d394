"""Laws of the parts that a shop is drawn from."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patron.errors import UsageError
from simulate.catalogue import NEVER_DAY, build_catalogue, product_count
from simulate.choice import choose_columns, choose_products
from simulate.orders import portion_count, portions
from simulate.people import NEVER, arrival_curve, draw_customers, places
from simulate.prices import list_prices, price_effect, sale_prices, tidy_price, unit_costs
from simulate.randomness import Purpose, generator
from simulate.seasons import DAY_SECONDS, peak_factor, seasons, seconds_of_day
from simulate.settings import CHANNELS, MAX_LIFE_DAYS, ShopSpec, parse_end
from simulate.world import build_world

END = date(2026, 3, 1)
weights_of_rows = st.lists(
    st.lists(st.floats(0, 10), min_size=4, max_size=4).filter(lambda row: sum(row) > 0.1),
    min_size=1,
    max_size=20,
)


class TestRandomness:
    def test_streams_are_repeatable_and_differ(self):
        first = generator(1, Purpose.ORDERS, 5).random(4)
        assert (first == generator(1, Purpose.ORDERS, 5).random(4)).all()
        for other in [(2, Purpose.ORDERS, 5), (1, Purpose.LIFE, 5), (1, Purpose.ORDERS, 6)]:
            assert (first != generator(*other).random(4)).all()


class TestChoice:
    @given(weights_of_rows, st.floats(0, 1, exclude_max=True))
    def test_columns_without_weight_are_never_chosen(self, rows, draw):
        weights = np.array(rows)
        chosen = choose_columns(weights, np.full(len(rows), draw))
        assert (weights[np.arange(len(rows)), chosen] > 0).all()

    def test_columns_are_chosen_by_weight(self):
        weights = np.tile([1.0, 0.0, 3.0], (20_000, 1))
        chosen = choose_columns(weights, generator(1, Purpose.ORDERS).random(20_000))
        assert np.bincount(chosen, minlength=3) / 20_000 == pytest.approx([0.25, 0, 0.75], abs=0.01)

    @given(
        st.lists(st.floats(0.01, 5), min_size=9, max_size=9),
        st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1, exclude_max=True)), max_size=20),
    )
    def test_products_come_from_the_department_asked_for(self, weights, wishes):
        bounds = np.array([0, 2, 6, 9])
        department = np.array([wish[0] for wish in wishes], np.int64)
        draws = np.array([wish[1] for wish in wishes])
        chosen = choose_products(np.array(weights), bounds, department, draws)
        assert (chosen >= bounds[department]).all()
        assert (chosen < bounds[department + 1]).all()

    def test_products_off_sale_are_not_chosen(self):
        weights = np.array([0.0, 1.0, 0.0, 2.0])
        department = np.zeros(1000, np.int64)
        draws = np.linspace(0, 0.999, 1000)
        chosen = choose_products(weights, np.array([0, 4]), department, draws)
        assert set(chosen) == {1, 3}


class TestSeasons:
    def test_factors_are_one_on_average(self):
        year = seasons(date(2025, 1, 1), 365)
        assert year.yearly.mean() == pytest.approx(1, abs=1e-6)
        assert year.weekly[:7].mean() == pytest.approx(1)
        assert year.total.min() > 0.5

    @given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(0, 60))
    @settings(max_examples=30)
    def test_a_day_is_the_same_whatever_the_start(self, start, days, shift):
        whole = seasons(start, shift + days)
        part = seasons(start + timedelta(days=shift), days)
        assert (whole.total[shift:] == part.total).all()
        assert (whole.code[shift:] == part.code).all()

    def test_promotions_do_not_overlap_and_have_codes(self):
        year = seasons(date(2025, 1, 1), 365)
        assert ((year.promotion > 1) == (year.code > 0)).all()
        assert sorted(set(year.code)) == [0, 1, 2, 3, 4, 5, 6]

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
    def test_seconds_stay_within_the_day_and_in_order(self, draws):
        seconds = seconds_of_day(np.sort(np.array(draws)))
        assert seconds.min() >= 0
        assert seconds.max() < DAY_SECONDS
        assert (np.diff(seconds) >= 0).all()

    def test_evenings_are_busier_than_nights(self):
        hours = seconds_of_day(np.linspace(0, 1, 10_000)) // 3600
        counts = np.bincount(hours, minlength=24)
        assert counts[19:21].min() > 20 * counts[2:5].max()

    def test_groups_peak_on_their_day(self):
        strength, peak = np.array([0.2, 0.2]), np.array([190.0, 355.0])
        summer = peak_factor(190, strength, peak)
        assert summer[0] == pytest.approx(1.2)
        assert summer[1] < 0.85


class TestCatalogue:
    @pytest.mark.parametrize("products", [200, 632, 2000])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_it_hangs_together(self, products, seed):
        catalogue = build_catalogue(seed, products)
        assert catalogue.size == pytest.approx(products, rel=0.06)
        assert len(set(catalogue.names)) == catalogue.size
        assert (np.diff(catalogue.department) >= 0).all()
        assert (
            np.array(catalogue.aisles, object)[catalogue.aisle, 0] == catalogue.department
        ).all()
        children = np.flatnonzero(catalogue.parent >= 0)
        parents = catalogue.parent[children]
        assert len(children) > 3
        assert (catalogue.aisle[children] == catalogue.aisle[parents]).all()
        assert (catalogue.launched[children] >= catalogue.launched[parents]).all()
        assert not catalogue.is_bundle[children].any()
        assert (catalogue.launched < catalogue.discontinued).all()
        assert (catalogue.elasticity < 0).all()
        assert (catalogue.cost_share < 1).all()

    def test_every_department_has_something_to_sell_on_any_day(self):
        catalogue = build_catalogue(4, 200)
        for day in (0, 500, 1500, 4000, 20_000):
            sold = catalogue.on_sale(day)
            assert set(catalogue.department[sold]) == set(range(len(catalogue.departments)))

    def test_pairs_are_always_on_sale(self):
        catalogue = build_catalogue(1, 632)
        first = np.flatnonzero(catalogue.partner >= 0)
        assert len(first) == 14
        assert (catalogue.discontinued[catalogue.partner[first]] == NEVER_DAY).all()
        assert (catalogue.partner[first] != first).all()

    @pytest.mark.parametrize(
        ("orders", "expected"), [(0, 200), (100_000, 632), (10_000_000, 2000), (10**8, 2000)]
    )
    def test_bigger_shops_have_a_wider_range(self, orders, expected):
        assert product_count(orders) == expected


class TestPrices:
    @given(st.lists(st.floats(1, 1e6), min_size=1, max_size=20))
    def test_tidy_prices_end_in_nine_and_are_near(self, cents):
        prices = tidy_price(np.array(cents))
        assert (prices % 10 == 9).all()
        assert (np.abs(prices - np.array(cents)) <= 30).all()

    def test_a_month_is_the_same_however_many_follow(self):
        catalogue = build_catalogue(1, 200)
        assert (list_prices(1, catalogue, 5) == list_prices(1, catalogue, 40)[:5]).all()

    def test_about_a_tenth_of_prices_change_a_month(self):
        prices = list_prices(1, build_catalogue(1, 632), 36)
        assert 0.06 < (prices[1:] != prices[:-1]).mean() < 0.12

    def test_sales_are_cheaper_and_last_a_week(self):
        prices = list_prices(1, build_catalogue(1, 632), 1)[0]
        week = sale_prices(1, prices, 3)
        assert (week <= prices).all()
        assert 0.05 < (week < prices).mean() < 0.11
        assert (week == sale_prices(1, prices, 3)).all()
        assert (week != sale_prices(1, prices, 4)).any()

    def test_most_products_are_sold_above_cost(self):
        catalogue = build_catalogue(1, 632)
        prices = list_prices(1, catalogue, 37)
        assert (prices[36] > unit_costs(catalogue, 36)).mean() > 0.9

    def test_dearer_means_less_demand(self):
        catalogue = build_catalogue(1, 200)
        prices = list_prices(1, catalogue, 1)[0]
        assert (price_effect(catalogue, prices * 2, 0) < price_effect(catalogue, prices, 0)).all()


class TestCustomers:
    def test_arrivals_do_not_depend_on_how_far_one_looks(self):
        spec = ShopSpec(500, 5000, 200, END, 3)
        assert (arrival_curve(spec, 200) == arrival_curve(spec, 500)[:200]).all()
        catalogue = build_catalogue(3, 200)
        near, far = (draw_customers(spec, catalogue, day) for day in (210, 260))
        size = len(near.rate)
        assert size >= 500
        for name in ("signed_up", "rate", "left", "taste", "person", "favourites"):
            assert (getattr(near, name) == getattr(far, name)[:size]).all(), name

    def test_they_are_in_order_of_sign_up_and_leave_later(self):
        spec = ShopSpec(2000, 5000, 200, END, 3)
        people = draw_customers(spec, build_catalogue(3, 200), 230)
        assert (np.diff(people.signed_up) >= 0).all()
        assert (people.left >= people.signed_up).all()
        assert (people.upgraded >= people.signed_up).all()
        assert ((people.upgraded < NEVER) == (people.tier > 0)).all()
        assert people.taste.sum(axis=1) == pytest.approx(1, abs=1e-5)

    def test_shares_of_channels_and_places_are_shares(self):
        assert sum(channel.share for channel in CHANNELS) == pytest.approx(1)
        lists = places()
        assert lists.shares.sum() == pytest.approx(1)
        assert len(lists.cities) == len(lists.countries) == len(lists.prefixes)


class TestOrders:
    def test_nothing_happens_to_an_order_after_its_life(self):
        world = build_world(ShopSpec(500, 8000, 200, END, 5))
        (portion,) = portions(world, 0, 200)
        orders, lines = portion.orders, portion.lines
        times = [orders.paid, orders.shipped, orders.delivered, orders.cancelled, orders.refunded]
        times += [orders.released]
        for happened in times:
            took = np.where(happened < NEVER, happened - orders.ordered, 0)
            assert took.min() >= 0
            assert took.max() < (MAX_LIFE_DAYS - 1) * DAY_SECONDS
        back = np.where(lines.returned < NEVER, lines.returned - orders.ordered[lines.order], 0)
        assert back.max() < (MAX_LIFE_DAYS - 1) * DAY_SECONDS

    def test_life_runs_forward(self):
        world = build_world(ShopSpec(500, 8000, 200, END, 5))
        (portion,) = portions(world, 0, 200)
        orders = portion.orders
        goes_through = orders.cancelled == NEVER
        assert (orders.ordered < orders.paid).all()
        assert (orders.paid < orders.shipped)[goes_through].all()
        assert (orders.shipped < orders.delivered)[goes_through].all()
        assert (orders.delivered < orders.refunded)[goes_through].all()
        assert (orders.shipped == NEVER)[~goes_through].all()
        assert (orders.refunded == NEVER)[~goes_through].all()

    @given(st.integers(0, 60), st.integers(1, 60))
    @settings(max_examples=15)
    def test_any_days_drawn_alone_are_those_of_the_whole(self, first, length):
        world = build_world(ShopSpec(60, 900, 120, END, 5))
        (whole,) = portions(world, 0, 120)
        (part,) = portions(world, first, first + length)
        numbers = world.first_numbers
        low, high = numbers[first] - 1, numbers[first + length] - 1
        for name in ("number", "customer", "ordered", "gross", "refunded", "released"):
            found = getattr(part.orders, name)
            assert (found == getattr(whole.orders, name)[low:high]).all(), name

    def test_portions_are_whole_days_and_lose_nothing(self, monkeypatch):
        world = build_world(ShopSpec(60, 900, 120, END, 5))
        monkeypatch.setattr("simulate.orders.PORTION_ORDERS", 100)
        parts = list(portions(world, 0, 120))
        assert len(parts) == portion_count(world, 0, 120) > 5
        numbers = np.concatenate([part.orders.number for part in parts])
        assert (numbers == np.arange(1, 901)).all()
        for part in parts:
            assert (np.diff(part.lines.order) >= 0).all()
            assert part.lines.order[-1] == len(part.orders.number) - 1


class TestSettings:
    def test_the_history_ends_before_end(self):
        spec = ShopSpec(days=10, end=date(2026, 1, 11))
        assert spec.start == date(2026, 1, 1)
        assert ShopSpec.from_json(spec.to_json()) == spec

    def test_dates(self):
        assert parse_end("2026-03-01") == END
        assert parse_end(None) >= date(2026, 1, 1)
        for text in ("", "tomorrow", "2026-02-30", "1.3.2026"):
            with pytest.raises(UsageError, match="is not a date"):
                parse_end(text)
