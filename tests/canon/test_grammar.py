"""The judge of an answer's events: what it lets through, and what it turns away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.strategies import interleaved, replies

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.grammar import MAX_PARTS, TABLE, Grammar, State
from understudy.canon.parts import Text
from understudy.canon.reply import (
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartEnded,
    PartStarted,
    Sealed,
    Started,
    StopReason,
)
from understudy.canon.usage import NO_USAGE

START = Started("id", "m", "d")
END = Finished(StopReason.STOP)
METER = Metered(NO_USAGE)
FAIL = Failed("x", FaultKind.UPSTREAM)


def judged(*events: Event) -> Grammar:
    grammar = Grammar()
    for event in events:
        grammar.check(event)
    return grammar


def part(index: int) -> PartStarted:
    return PartStarted(index, Text(""))


@given(st.data())
def test_any_answer_passes_in_any_order_that_keeps_the_rules(data: st.DataObject) -> None:
    assert judged(*data.draw(interleaved(data.draw(replies("d"))))).complete


def test_usage_may_follow_the_finish_and_a_failure_ends_everything() -> None:
    assert judged(START, END, METER).state is State.FINISHED
    assert judged(START, part(0), FAIL).state is State.FAILED
    assert judged(FAIL).state is State.FAILED
    assert not judged(START).complete


@pytest.mark.parametrize(
    "events",
    [
        (METER,),
        (part(0),),
        (START, START),
        (START, part(1)),
        (START, part(0), part(0)),
        (START, Delta(0, "x")),
        (START, Sealed(0, "s", "m")),
        (START, PartEnded(0)),
        (START, part(0), PartEnded(0), Delta(0, "x")),
        (START, part(0), END),
        (START, END, part(0)),
        (START, END, END),
        (START, FAIL, METER),
    ],
    ids=str,
)
def test_what_is_out_of_order_is_the_upstreams_fault(events: tuple[Event, ...]) -> None:
    judged(*events[:-1])
    with pytest.raises(Fault) as caught:
        judged(*events)
    assert caught.value.kind is FaultKind.UPSTREAM


def test_an_answer_has_an_end_of_parts() -> None:
    grammar = judged(START)
    for index in range(MAX_PARTS):
        grammar.check(part(index))
        grammar.check(PartEnded(index))
    with pytest.raises(Fault, match=str(MAX_PARTS)):
        grammar.check(part(MAX_PARTS))


def test_the_table_has_a_row_for_each_state() -> None:
    assert set(TABLE) == set(State)
    assert TABLE[State.FAILED] == {}
