"""An answer told in events and gathered again is the same answer."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.canon.samples import REPLIES, TOLD

from understudy.canon.faults import FaultKind
from understudy.canon.grammar import Grammar
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import (
    CONTENT_EVENTS,
    Collector,
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
    events_of,
    reply_of,
)
from understudy.canon.usage import Usage

STARTED = Started("id", "model", "dialect", 1_700_000_000, {"x": 1})


@given(TOLD)
def test_a_reply_told_in_any_order_is_gathered_again(told: tuple[Reply, list[Event]]) -> None:
    reply, events = told
    assert reply_of(events) == reply
    assert reply_of(events_of(reply)) == reply


@given(REPLIES)
def test_a_whole_answer_told_in_events_follows_the_grammar(reply: Reply) -> None:
    grammar = Grammar()
    for event in events_of(reply):
        grammar.check(event)
    assert grammar.complete


@given(TOLD, st.data())
def test_R1_a_broken_answer_is_a_beginning_and_has_no_stop(
    told: tuple[Reply, list[Event]], data: st.DataObject
) -> None:
    reply, events = told
    finish = next(place for place, event in enumerate(events) if isinstance(event, Finished))
    broken = reply_of(events[: data.draw(st.integers(0, finish))])
    assert broken.stop is None
    assert broken.native_stop is None
    for begun, whole in zip(broken.parts, reply.parts, strict=False):
        assert type(begun) is type(whole)
        if isinstance(begun, Text) and isinstance(whole, Text):
            assert whole.text.startswith(begun.text)
        if isinstance(begun, ToolCall) and isinstance(whole, ToolCall):
            assert whole.arguments.startswith(begun.arguments)


def test_every_kind_of_part_grows_by_its_deltas() -> None:
    opaque = Opaque("search", {"hits": 1})
    parts: tuple[ReplyPart, ...] = (Text("a"), Refusal("b"), Thinking("c"), ToolCall("1", "f", '{"d'), opaque)
    events: list[Event] = [STARTED, *(PartStarted(index, part) for index, part in enumerate(parts))]
    events += [Delta(0, "A"), Delta(3, '":1}'), Delta(1, "B"), Delta(2, "C"), Sealed(2, "seal", "maker")]
    collected = reply_of(events).parts
    assert collected == (
        Text("aA"),
        Refusal("bB"),
        Thinking("cC", "seal", "maker"),
        ToolCall("1", "f", '{"d":1}'),
        opaque,
    )


def test_T34_usage_told_again_is_not_added() -> None:
    told: list[Event] = [STARTED, Metered(Usage(uncached_in=9, out=1)), Metered(Usage(uncached_in=9, out=5))]
    assert reply_of(told).usage == Usage(uncached_in=9, out=5)


def test_a_collector_keeps_the_ends_of_an_answer_apart() -> None:
    collector = Collector()
    assert collector.reply() == Reply(id="", model="", dialect="")
    failed = Failed("broke off", FaultKind.OVERLOADED, "overloaded_error")
    finished = Finished(StopReason.STOP_SEQUENCE, "stop_sequence", "END")
    for event in (STARTED, finished, failed):
        collector.feed(event)
    assert (collector.started, collector.finished, collector.failed) == (STARTED, finished, failed)
    reply = collector.reply()
    assert (reply.id, reply.created_s, reply.extras) == ("id", 1_700_000_000, {"x": 1})
    assert (reply.stop, reply.native_stop, reply.stop_sequence) == (StopReason.STOP_SEQUENCE, "stop_sequence", "END")


@pytest.mark.parametrize("event", [STARTED, Metered(Usage(out=1)), Failed("no", FaultKind.UPSTREAM)])
def test_T59_what_is_no_content_leaves_another_model_free_to_answer(event: Event) -> None:
    assert not isinstance(event, CONTENT_EVENTS)


def test_all_other_events_are_content() -> None:
    assert set(CONTENT_EVENTS) == set(get_args(Event)) - {Started, Metered, Failed}
    assert {PartStarted, Delta, Sealed, PartEnded, Finished} == set(CONTENT_EVENTS)
