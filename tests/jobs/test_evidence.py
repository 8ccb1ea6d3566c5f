"""From rows to evidence: what a pair is worth, and which turns belong to a conversation."""

from typing import Any

import msgspec
import pytest

from understudy.jobs.evidence import live_of, turn_of, turns_of
from understudy.parity.events import Live
from understudy.parity.slices import OutcomeKind
from understudy.parity.units import MAX_UNIT_S, entering
from understudy.ports import UNHEARD, OutcomeRow, PairRow, VerdictRow


def row(seq: int = 1, **said: Any) -> PairRow:
    known: dict[str, Any] = {
        "exchange_id": f"e{seq}",
        "hypothesis": "h",
        "unit": "u",
        "at_s": 0.0,
        "served": "incumbent",
        "deadline_s": 100.0,
        "propensity": 1.0,
        "settled": True,
        "candidate": 1.0,
        "incumbent": 1.0,
        "seq": seq,
    }
    return PairRow(**(known | said))


@pytest.mark.parametrize(
    ("candidate", "incumbent", "x"), [(1.0, 0.0, 1.0), (0.25, 1.0, -0.75), (None, 1.0, -1.0), (1.0, None, None)]
)
def test_a_settled_pair_is_a_difference(candidate: float | None, incumbent: float | None, x: float | None) -> None:
    turn = turn_of(row(candidate=candidate, incumbent=incumbent))
    assert (turn.settled, turn.x) == (True, x)


def test_an_open_pair_has_no_value_yet() -> None:
    turn = turn_of(row(settled=False, candidate_good=False))
    assert (turn.settled, turn.x, turn.technical) == (False, None, 0.0)


@pytest.mark.parametrize(
    ("candidate", "incumbent", "technical"),
    [(True, True, 0.0), (False, True, -1.0), (True, False, 1.0), (False, False, 0.0)],
)
def test_technical_faults_are_a_difference_of_their_own(candidate: bool, incumbent: bool, technical: float) -> None:
    assert turn_of(row(candidate_good=candidate, incumbent_good=incumbent)).technical == technical


def test_a_turn_keeps_its_place_and_its_times() -> None:
    turn = turn_of(row(7, at_s=3.0, deadline_s=9.0, idle_s=5.0, served="candidate"))
    assert (turn.seq, turn.unit, turn.at_s, turn.deadline_s, turn.idle_s, turn.live) == (7, "u", 3.0, 9.0, 5.0, True)
    assert not turn_of(row(served="incumbent")).live


def verdict(**said: Any) -> VerdictRow:
    known = {"exchange_id": "e1", "hypothesis": "h", "source": "judge", "at_s": 1.0, "by": "third"}
    return msgspec.convert(known | said, VerdictRow)


@pytest.mark.parametrize(
    ("outcome", "missing", "x"),
    [
        (OutcomeKind.JUDGE, UNHEARD, None),
        (OutcomeKind.FEEDBACK, UNHEARD, None),
        # Labels go on alone: what is not heard weighs nothing.
        (OutcomeKind.JUDGE_WITH_LABELS, UNHEARD, 0.0),
        # Silence is the judge's own, and counts against the candidate where nobody corrects it.
        (OutcomeKind.JUDGE, "judge: no verdict in its last line", -1.0),
        (OutcomeKind.FEEDBACK, "judge: no verdict in its last line", -1.0),
        (OutcomeKind.JUDGE_WITH_LABELS, "judge: no verdict in its last line", 0.0),
    ],
)
def test_RT_6_9_a_judge_that_is_not_believed_says_nothing(outcome: OutcomeKind, missing: str, x: float | None) -> None:
    pair = row(settled=False, answered=True, candidate=None, incumbent=None, label_propensity=0.1)
    turn = turn_of(pair, {"judge": verdict(missing=missing)}, outcome)
    assert (turn.settled, turn.x) == (True, x)
    (kept_,) = turns_of([pair], [verdict(missing=missing)], outcome)
    assert kept_ == turn
    assert len(entering([turn], 5.0)) == (x is not None)


def kept(*rows: PairRow) -> list[int]:
    return [turn.seq for turn in turns_of(rows)]


def test_turns_within_the_silence_belong_to_the_conversation() -> None:
    assert kept(row(1, at_s=0.0, idle_s=10.0), row(2, at_s=10.0, idle_s=10.0), row(3, at_s=20.0, idle_s=10.0)) == [
        1,
        2,
        3,
    ]


def test_a_turn_after_the_silence_is_left_out_and_does_not_reopen_it() -> None:
    rows = [row(1, at_s=0.0, idle_s=10.0), row(2, at_s=10.1, idle_s=10.0), row(3, at_s=15.0, idle_s=10.0)]
    assert kept(*rows) == [1]


def test_a_conversation_that_never_pauses_closes_at_last() -> None:
    steps = [row(n + 1, at_s=n * MAX_UNIT_S / 4, idle_s=MAX_UNIT_S) for n in range(6)]
    assert kept(*steps) == [1, 2, 3, 4, 5]


def test_units_do_not_close_one_another() -> None:
    rows = [
        row(1, at_s=0.0, idle_s=1.0),
        row(2, unit="v", at_s=50.0, idle_s=1.0),
        row(3, unit="v", at_s=50.5, idle_s=1.0),
    ]
    assert kept(*rows) == [1, 2, 3]


def test_what_is_kept_does_not_depend_on_when_one_looks() -> None:
    rows = [row(n, at_s=4.0 * n, idle_s=10.0 if n % 3 else 3.0) for n in range(1, 9)]
    whole = kept(*rows)
    for cut in range(len(rows)):
        assert kept(*rows[:cut]) == [seq for seq in whole if seq <= cut]


def test_a_live_outcome() -> None:
    outcome = OutcomeRow(exchange_id="e", hypothesis="h", at_s=1.0, side="candidate", outcome=0.5, good=False, seq=4)
    assert live_of(outcome) == Live(4, "e", True, 0.5, False)
    silent = OutcomeRow(exchange_id="e", hypothesis="h", at_s=1.0, side="incumbent", outcome=None, seq=5)
    assert live_of(silent) == Live(5, "e", False, None, True)
