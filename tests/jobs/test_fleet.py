"""The last rung over all slices: few are let in together whose evidence would not do beside the others."""

import math

import msgspec

from understudy.jobs.fleet import Asked, Fleet, decide_all, families_of
from understudy.parity.gate import Policy
from understudy.parity.ladder import Block, Rung
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.state import Move, SliceState, open_slice
from understudy.ports import HypothesisRow
from understudy.stats.mixture import Levels

NOW_S = 1e6
FREE = Policy(dwell_s=0.0, cycle_s=0.0)


def state(kind: str, *, wins: int, rung: Rung = Rung.P50) -> SliceState:
    """A slice that stands on a rung with that many wins behind it."""
    hypothesis = Hypothesis(slice=SliceId("r", kind), candidate="own", incumbent="rented", check="word")
    made = open_slice(hypothesis, 0.0)
    promotion = made.promotion
    for _ in range(wins):
        promotion = promotion.update(1.0)
    return msgspec.structs.replace(made, rung=rung, promotion=promotion, levels=Levels().add(1.0, wins))


def wins_for(e: float) -> int:
    """How many wins in a row give at least this e-value."""
    return next(n for n in range(1, 200) if state("x", wins=n).promotion.log_e >= math.log(e))


def moves(
    *states: SliceState, holding: dict[str, float] | None = None, family: int = 1, policy: Policy = FREE
) -> list[tuple[Move, Rung, bool]]:
    ids = [*(holding or {}), *(one.hypothesis.id for one in states)]
    fleet = Fleet(holding or {}, dict.fromkeys(ids, "t 2026-1"), family)
    decided = decide_all([Asked(one, policy) for one in states], fleet, NOW_S)
    return [(decision.move, decision.to, facts.in_fleet) for decision, facts in decided]


LET_IN = (Move.UP, Rung.P100, True)
KEPT_OUT = (Move.NONE, Rung.P50, False)
ENOUGH, PLENTY = wins_for(100), wins_for(1e6)


def test_no_slice_no_decision() -> None:
    assert moves() == []


def test_a_single_slice_with_its_evidence_takes_the_last_rung() -> None:
    assert moves(state("a", wins=ENOUGH)) == [LET_IN]


def test_in_a_large_family_the_same_evidence_is_not_enough() -> None:
    one = state("a", wins=ENOUGH)
    fleet = Fleet({}, {one.hypothesis.id: "t 2026-1"}, 100)
    [(decision, facts)] = decide_all([Asked(one, FREE)], fleet, NOW_S)
    assert decision.move is Move.NONE
    assert decision.blocked_by is not None
    assert decision.blocked_by.block is Block.FLEET
    assert not facts.in_fleet
    assert moves(state("a", wins=PLENTY), family=100) == [LET_IN]


def test_without_a_place_in_its_family_a_slice_stays_on_half() -> None:
    [(decision, facts)] = decide_all([Asked(state("a", wins=PLENTY), FREE)], Fleet(places=9), NOW_S)
    assert decision.move is Move.NONE
    assert not facts.placed
    assert "this half-year's family is full" in decision.reason


def test_imports_take_no_place() -> None:
    rows = [row("a", imported=True), row("b"), row("c")]
    assert families_of(rows, 1) == {"b": "default 1970-1"}


def row(id_: str, *, imported: bool = False) -> HypothesisRow:
    return HypothesisRow(
        id=id_, tenant="default", route="r", kind="k", attempt=1, registered_at_s=1.0, body=b"{}", imported=imported
    )


def test_those_that_hold_the_rung_count_with_the_evidence_of_then() -> None:
    strong = {f"old{n}": math.log(1e6) for n in range(9)}
    assert moves(state("a", wins=ENOUGH), holding=strong, family=20) == [LET_IN]
    assert moves(state("a", wins=ENOUGH), holding={}, family=20) == [KEPT_OUT]


def test_only_what_the_fleet_alone_blocks_is_ranked() -> None:
    states = (
        state("a", wins=ENOUGH),
        state("low", wins=ENOUGH, rung=Rung.P25),
        state("new", wins=0, rung=Rung.SHADOW),
        msgspec.structs.replace(state("held", wins=ENOUGH), held=True),
    )
    assert moves(*states) == [
        LET_IN,
        (Move.UP, Rung.P50, False),
        (Move.NONE, Rung.SHADOW, False),
        (Move.NONE, Rung.P50, False),
    ]


def test_a_fleet_that_is_switched_off_asks_nobody() -> None:
    policy = msgspec.structs.replace(FREE, fleet=False)
    assert moves(state("a", wins=ENOUGH), family=10_000, policy=policy) == [(Move.UP, Rung.P100, False)]


def test_decisions_come_in_the_order_of_the_questions() -> None:
    one, two = state("a", wins=ENOUGH), state("b", wins=0)
    assert moves(one, two) == list(reversed(moves(two, one)))
