"""Who may take the last rung: beside others, counting those that hold it, of a family fixed ahead."""

import math
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from understudy.parity.fleet import Opened, admitted, placed

# 2026-03-01 and 2026-09-01, in the two halves of a year.
SPRING_S, AUTUMN_S = 1_772_323_200.0, 1_788_220_800.0


def logs(**e: float) -> dict[str, float]:
    return {name: math.log(value) for name, value in e.items()}


def let_in(holding: dict[str, float], asking: dict[str, float], places: int) -> frozenset[str]:
    return admitted(holding, asking, dict.fromkeys((*holding, *asking), "t 2026-1"), places)


def test_the_first_needs_what_its_family_asks() -> None:
    assert let_in({}, logs(a=100), 5) == {"a"}
    assert let_in({}, logs(a=119), 6) == frozenset()


def test_PAR_9_0_those_that_hold_it_help_the_next() -> None:
    assert let_in({}, logs(b=150), 10) == frozenset()
    assert let_in(logs(a=400), logs(b=150), 10) == {"b"}


def test_only_those_that_ask_are_admitted() -> None:
    assert let_in(logs(a=1000), logs(b=1, c=1e300), 10) == {"c"}
    assert let_in({}, {}, 0) == frozenset()


def test_evidence_beyond_any_float_is_admitted() -> None:
    assert let_in({}, {"a": 5000.0}, 1_000_000) == {"a"}


def test_families_do_not_help_one_another() -> None:
    families = {"a": "t 2026-1", "b": "u 2026-1"}
    assert admitted(logs(a=400), logs(b=150), families, 10) == frozenset()


def test_what_has_no_place_is_never_admitted() -> None:
    assert admitted({}, {"a": 5000.0}, {}, 10) == frozenset()


def test_PAR_9_0_a_family_is_a_tenants_half_year_and_places_go_in_order() -> None:
    opened = [Opened(f"s{n}", "t", SPRING_S) for n in range(3)] + [
        Opened("a", "t", AUTUMN_S),
        Opened("u", "u", SPRING_S),
    ]
    assert placed(opened, 2) == {"s0": "t 2026-1", "s1": "t 2026-1", "a": "t 2026-2", "u": "u 2026-1"}


@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(1, 5))
def test_no_family_has_more_than_its_places(tenants: list[str], places: int) -> None:
    opened = [Opened(f"h{n}", tenant, SPRING_S) for n, tenant in enumerate(tenants)]
    found = list(placed(opened, places).values())
    assert all(found.count(family) <= places for family in found)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2399, 12, 31)))
def test_the_half_year_is_the_calendars(day: datetime) -> None:
    at_s = day.replace(tzinfo=UTC).timestamp()
    assert Opened("h", "t", at_s).family == f"t {day.year}-{1 if day.month <= 6 else 2}"
