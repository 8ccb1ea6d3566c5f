"""Reactions: what a user's signal is worth, and when it is evidence."""

import msgspec
import pytest

from understudy.jobs.reactions import SIGNALS, ReactionRefused, feedback_on, teaches, worth
from understudy.ports import Exchange
from understudy.routing.board import Board, Route

BOARD = Board(routes={"r": Route(name="r", incumbent="rented", candidate="own")})
EXCHANGE = Exchange(id="e", at_s=1.0, key="app", route="r", kind="k", model="own", hypothesis="h", unit="u", share=0.05)


@pytest.mark.parametrize(
    ("signal", "value", "y"),
    [("thumb", 1, 1.0), ("thumb", 0, 0.0), ("edit_kept", 0.75, 0.75), ("task_done", 1, 1.0)]
    + [(bad, None, 0.0) for bad in ("regenerate", "escalated")],
)
def test_a_signal_is_worth_something(signal: str, value: float | None, y: float) -> None:
    assert signal in SIGNALS
    assert worth(signal, value) == y


@pytest.mark.parametrize("value", [None, -0.1, 1.1, float("nan"), float("inf")])
def test_a_value_outside_its_scale_is_refused(value: float | None) -> None:
    with pytest.raises(ReactionRefused, match=r"is not in \[0, 1\]"):
        worth("thumb", value)


def test_an_unknown_signal_is_refused() -> None:
    with pytest.raises(ReactionRefused, match="none of thumb, regenerate"):
        worth("applause", 1)


@pytest.mark.parametrize(
    ("changes", "side"),
    [
        ({}, "candidate"),
        ({"model": "rented"}, "incumbent"),
        ({"model": "fallback"}, None),
        ({"share": 0.0}, None),
        ({"share": 1.0}, None),
        ({"share": None}, None),
        ({"hypothesis": None}, None),
        ({"route": "gone"}, None),
        ({"share": 0.98}, "candidate"),
    ],
)
def test_PAR_2_4_it_is_evidence_only_where_a_lot_decided(changes: dict[str, object], side: str | None) -> None:
    exchange = msgspec.structs.replace(EXCHANGE, **changes)
    told = feedback_on(exchange, BOARD, id="f", at_s=2.0, signal="thumb", y=1.0)
    assert told.side == side
    assert told.hypothesis == ("h" if side else None)
    assert (told.key, told.unit, told.exchange_id) == ("app", "u", "e")


@pytest.mark.parametrize(
    ("route", "exchange", "taught"),
    [
        ({}, {}, True),
        ({"feedback": False}, {}, False),
        ({"judge": "third"}, {}, False),
        ({"choose_from": ()}, {}, False),
        ({}, {"model": "fallback"}, False),
        ({}, {"purpose": "shadow"}, False),
        ({}, {"route": None}, False),
    ],
)
def test_a_pool_learns_from_reactions_that_it_waits_for(
    route: dict[str, object], exchange: dict[str, object], taught: bool
) -> None:
    pool = Route(name="r", incumbent="rented", choose_from=("own", "rented"), feedback=True)
    board = Board(routes={"r": msgspec.structs.replace(pool, **route)})
    assert teaches(msgspec.structs.replace(EXCHANGE, **exchange), board) is taught
