"""Who may take the last rung: beside others, counting those that hold it, of a family fixed ahead."""

import math

from understudy.parity.fleet import admitted


def logs(**e: float) -> dict[str, float]:
    return {name: math.log(value) for name, value in e.items()}


def test_a_single_slice_needs_what_its_own_ladder_asks_at_most() -> None:
    assert admitted({}, logs(a=100), family=5) == {"a"}
    assert admitted({}, logs(a=119), family=6) == frozenset()


def test_PAR_9_0_those_that_hold_it_help_the_next() -> None:
    assert admitted({}, logs(b=150), family=10) == frozenset()
    assert admitted(logs(a=400), logs(b=150), family=10) == {"b"}


def test_only_those_that_ask_are_admitted() -> None:
    assert admitted(logs(a=1000), logs(b=1, c=1e300), family=10) == {"c"}
    assert admitted({}, {}, family=0) == frozenset()


def test_evidence_beyond_any_float_is_admitted() -> None:
    assert admitted({}, {"a": 5000.0}, family=1_000_000) == {"a"}
