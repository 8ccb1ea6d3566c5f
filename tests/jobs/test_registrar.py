"""Registering: what is tested on a slice, and when it is another claim."""

import msgspec
import pytest

from tests.jobs.books import BUILDS, ROUTE, WordCheck
from understudy.jobs.panel import Panel
from understudy.jobs.registrar import claim, hypothesis_row, same_claim, slice_row, state_of
from understudy.parity.ladder import Rung
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.state import Move, Status, apply, open_slice

SLICE = SliceId("r", "chat", "acme")
PANEL = Panel(ROUTE.parity, check=WordCheck())
CLAIM = claim(SLICE, ROUTE, BUILDS, PANEL)


class OtherCheck(WordCheck):
    """The same check with another answer sheet."""

    version = "2"


def test_a_claim_is_todays_configuration() -> None:
    expected = Hypothesis(
        slice=SLICE,
        candidate="own-1",
        incumbent="rented-1",
        check="word",
        check_version="1",
        margin=ROUTE.parity.margin,
    )
    assert expected == CLAIM


def test_a_retry_is_the_same_claim_under_another_id() -> None:
    again = CLAIM.retry().retry()
    assert again.attempt == 3
    assert again.id != CLAIM.id
    assert same_claim(again, CLAIM)
    assert same_claim(CLAIM, again)


@pytest.mark.parametrize(
    "other",
    [
        claim(SLICE, ROUTE, {**BUILDS, "own": "own-2"}, PANEL),
        claim(SLICE, ROUTE, {**BUILDS, "rented": "rented-2"}, PANEL),
        claim(SLICE, ROUTE, BUILDS, Panel(ROUTE.parity, check=OtherCheck())),
        claim(SliceId("r", "code", "acme"), ROUTE, BUILDS, PANEL),
        claim(
            SLICE,
            msgspec.structs.replace(ROUTE, parity=msgspec.structs.replace(ROUTE.parity, margin=0.06)),
            BUILDS,
            PANEL,
        ),
    ],
    ids=["candidate", "incumbent", "check", "slice", "margin"],
)
def test_whatever_changes_makes_another_claim(other: Hypothesis) -> None:
    assert not same_claim(other, CLAIM)
    assert other.id != CLAIM.id


def test_how_fast_a_slice_may_move_is_no_part_of_the_claim() -> None:
    slower = msgspec.structs.replace(ROUTE, parity=msgspec.structs.replace(ROUTE.parity, dwell="9h", shadow=0.5))
    assert claim(SLICE, slower, BUILDS, PANEL) == CLAIM


def test_the_row_keeps_the_whole_hypothesis() -> None:
    row = hypothesis_row(CLAIM, 5.0)
    assert (row.id, row.tenant, row.route, row.kind, row.attempt) == (CLAIM.id, "acme", "r", "chat", 1)
    assert row.registered_at_s == 5.0
    assert msgspec.json.decode(row.body, type=Hypothesis) == CLAIM


def test_a_slices_row_says_what_callers_feel() -> None:
    state = open_slice(CLAIM, 5.0)
    row = slice_row(state, 6.0)
    assert (row.tenant, row.route, row.kind, row.hypothesis) == ("acme", "r", "chat", CLAIM.id)
    assert (row.share, row.shadow, row.watching, row.updated_at_s) == (0.0, True, False, 6.0)
    assert state_of(row) == state


def test_a_slice_on_its_last_rung_is_watched() -> None:
    state = msgspec.structs.replace(open_slice(CLAIM, 0.0), rung=Rung.P100)
    row = slice_row(state, 1.0)
    assert (row.share, row.shadow, row.watching) == (1.0, True, True)
    assert state_of(row) == state
    assert not slice_row(msgspec.structs.replace(state, rung=Rung.P50), 1.0).watching


def test_an_ended_slice_is_compared_no_longer() -> None:
    state = apply(open_slice(CLAIM, 0.0), Move.STOP, Rung.SHADOW, 1.0)
    assert state.ended is Status.STOPPED
    assert (slice_row(state, 1.0).share, slice_row(state, 1.0).shadow) == (0.0, False)
