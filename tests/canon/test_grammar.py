"""The one judge of an answer's events: what it passes, and each thing that it does not."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.canon.samples import TOLD

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.grammar import MAX_PARTS, TABLE, Grammar, State
from understudy.canon.parts import Text, Thinking
from understudy.canon.reply import (
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartEnded,
    PartStarted,
    Reply,
    Sealed,
    Started,
    StopReason,
)
from understudy.canon.usage import Usage

STARTED = Started("id", "model", "dialect")
METERED = Metered(Usage(uncached_in=1))
FINISHED = Finished(StopReason.STOP)
FAILED = Failed("broke off", FaultKind.UPSTREAM)
OPEN = PartStarted(0, Text(""))
SAMPLES: tuple[Event, ...] = (
    STARTED,
    OPEN,
    Delta(0, "a"),
    Sealed(0, "seal", "maker"),
    PartEnded(0),
    METERED,
    FINISHED,
    FAILED,
)


def judged(*events: Event) -> Grammar:
    grammar = Grammar()
    for event in events:
        grammar.check(event)
    return grammar


@given(TOLD)
def test_every_mingling_of_parts_that_opens_them_in_order_passes(told: tuple[Reply, list[Event]]) -> None:
    assert judged(*told[1]).complete


@pytest.mark.parametrize(
    ("events", "wrong", "words"),
    [
        ((), METERED, "sent metered while the answer was idle"),
        ((), FINISHED, "sent finished while the answer was idle"),
        ((STARTED,), STARTED, "sent started while the answer was open"),
        ((STARTED, FINISHED), OPEN, "sent partstarted while the answer was finished"),
        ((STARTED, FINISHED), FINISHED, "sent finished while the answer was finished"),
        ((STARTED, FAILED), METERED, "sent metered while the answer was failed"),
        ((STARTED,), Delta(0, "a"), "part 0, which is not open"),
        ((STARTED, OPEN, PartEnded(0)), Delta(0, "a"), "part 0, which is not open"),
        ((STARTED, OPEN, PartEnded(0)), Sealed(0, "s", "m"), "part 0, which is not open"),
        ((STARTED, OPEN, PartEnded(0)), PartEnded(0), "ended part 0, which is not open"),
        ((STARTED,), PartStarted(1, Text("")), "opened part 1 where part 0 was due"),
        ((STARTED, OPEN), OPEN, "opened part 0 where part 1 was due"),
        ((STARTED, OPEN, PartStarted(1, Thinking())), FINISHED, r"parts \[0, 1\] still open"),
    ],
)
def test_what_is_out_of_order_is_the_upstreams_fault(events: tuple[Event, ...], wrong: Event, words: str) -> None:
    grammar = judged(*events)
    with pytest.raises(Fault, match=words) as raised:
        grammar.check(wrong)
    assert raised.value.kind is FaultKind.UPSTREAM


def test_usage_may_follow_the_finish_and_keeps_the_answer_complete() -> None:
    assert judged(STARTED, METERED, FINISHED, METERED).complete


def test_F8_a_failure_ends_an_answer_anywhere_and_it_is_never_complete() -> None:
    for events in ((), (STARTED,), (STARTED, OPEN), (STARTED, FINISHED)):
        grammar = judged(*events, FAILED)
        assert grammar.state is State.FAILED
        assert not grammar.complete


def test_an_answer_is_complete_with_its_finish_and_not_before() -> None:
    assert not judged().complete
    assert not judged(STARTED, OPEN, Delta(0, "a"), PartEnded(0)).complete
    assert judged(STARTED, FINISHED).complete


def test_the_parts_of_an_answer_are_bounded() -> None:
    grammar = judged(STARTED)
    for index in range(MAX_PARTS):
        grammar.check(PartStarted(index, Text("")))
    with pytest.raises(Fault, match=f"more than {MAX_PARTS} parts"):
        grammar.check(PartStarted(MAX_PARTS, Text("")))


def test_the_table_knows_every_state_and_every_event() -> None:
    assert set(TABLE) == set(State)
    assert {kind for row in TABLE.values() for kind in row} == set(get_args(Event))


@given(st.lists(st.sampled_from(SAMPLES), max_size=12))
def test_any_order_of_events_is_passed_or_refused_and_nothing_else(events: list[Event]) -> None:
    grammar = Grammar()
    for event in events:
        before = grammar.state
        try:
            grammar.check(event)
        except Fault:
            assert grammar.state is before
            return
        assert grammar.state in TABLE[before].values()
