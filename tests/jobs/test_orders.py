"""Orders: what people may ask of a slice, and what they are told when they may not."""

import msgspec
import pytest

from tests.parity.streams import fed, fresh
from understudy.jobs.orders import Refused, approvals_of, by_hand, retried
from understudy.parity.ladder import Rung
from understudy.parity.state import Move, SliceState, Status
from understudy.ports import OrderRow, Verb


def order(verb: Verb, rung: int | None = None, note: str = "") -> OrderRow:
    return OrderRow(
        seen="", id="o", at_s=1.0, tenant="default", route="r", kind="k", verb=verb, who="ann", rung=rung, note=note
    )


def at(rung: Rung, **changes: object) -> SliceState:
    return msgspec.structs.replace(fed(fresh(), [1.0] * 40), rung=rung, **changes)


def test_hold_and_release_say_who_and_why() -> None:
    held = by_hand(at(Rung.P5), order("hold", note="an audit"))
    assert (held.move, held.to) == (Move.HOLD, Rung.P5)
    assert held.reason == "held at 5 %; ann asked for it: an audit"
    assert by_hand(at(Rung.P5, held=True), order("release")).move is Move.RELEASE
    with pytest.raises(Refused, match="is not held"):
        by_hand(at(Rung.P5), order("release"))


def test_a_share_is_lowered_and_never_raised() -> None:
    assert by_hand(at(Rung.P25), order("lower", 1)).to is Rung.P1
    for rung in (25, 50, 100):
        with pytest.raises(Refused, match=r"stands at 25 %; below is shadow, 1 %, 5 %"):
            by_hand(at(Rung.P25), order("lower", rung))
    with pytest.raises(Refused, match="no rung; the rungs are 0, 1, 5, 25, 50, 100 %"):
        by_hand(at(Rung.P25), order("lower", 7))
    with pytest.raises(Refused, match="no rung"):
        by_hand(at(Rung.P25), order("lower"))
    with pytest.raises(Refused, match="retired"):
        by_hand(at(Rung.P100, forced=True), order("lower", 0))


def test_PAR_4_5_only_the_next_rung_can_be_approved() -> None:
    assert by_hand(at(Rung.P5), order("approve", 25)).move is Move.NONE
    for rung in (5, 50, 100):
        with pytest.raises(Refused, match="the next one is 25 %"):
            by_hand(at(Rung.P5), order("approve", rung))
    with pytest.raises(Refused, match="there is none above"):
        by_hand(at(Rung.P100), order("approve", 100))


@pytest.mark.parametrize("verb", ["hold", "release", "lower", "approve"])
def test_after_the_end_only_a_retry_is_left(verb: Verb) -> None:
    with pytest.raises(Refused, match="only a retry is left"):
        by_hand(at(Rung.SHADOW, ended=Status.ROLLED_BACK), order(verb, 1))


@pytest.mark.parametrize("ended", [Status.STOPPED, Status.ROLLED_BACK])
def test_a_retry_is_the_next_attempt(ended: Status) -> None:
    state = at(Rung.SHADOW, ended=ended)
    assert retried(state) == state.hypothesis.retry()


@pytest.mark.parametrize("ended", [None, Status.ALARMED])
def test_what_still_runs_is_not_retried(ended: Status | None) -> None:
    with pytest.raises(Refused, match="only one that was stopped or rolled back"):
        retried(at(Rung.SHADOW, ended=ended))


def test_approvals_are_the_orders_that_were_taken() -> None:
    def row(verb: Verb, rung: int | None, *, done: bool = True) -> OrderRow:
        return msgspec.structs.replace(order(verb, rung), hypothesis="h", done=done)

    rows = [row("approve", 5), row("approve", 25, done=False), row("hold", None), row("approve", None)]
    assert [(one.who, one.rung, one.hypothesis) for one in approvals_of(rows)] == [("ann", Rung.P5, "h")]
