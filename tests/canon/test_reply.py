"""A whole answer and its events are two forms of one thing."""

from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.strategies import interleaved, replies

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Text, Thinking, ToolCall
from understudy.canon.reply import (
    CONTENT_EVENTS,
    Collector,
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartStarted,
    Reply,
    Sealed,
    Started,
    StopReason,
    events_of,
    reply_of,
)
from understudy.canon.usage import NO_USAGE, Usage


@given(st.data())
def test_R8_the_events_of_an_answer_tell_it_again_in_any_order(data: st.DataObject) -> None:
    reply = msgspec.structs.replace(data.draw(replies("d")), native_stop=data.draw(st.none() | st.text()))
    assert reply_of(events_of(reply)) == reply
    assert reply_of(data.draw(interleaved(reply))) == reply


def test_what_is_known_at_the_start_of_a_part_is_kept() -> None:
    collector = Collector()
    for event in (
        PartStarted(0, Text("a")),
        Delta(0, "b"),
        PartStarted(1, ToolCall("i", "f", "{")),
        Delta(1, "}"),
        PartStarted(2, Thinking("c", "early", "m")),
        Sealed(2, "late", "n"),
    ):
        collector.feed(event)
    assert collector.parts() == (Text("ab"), ToolCall("i", "f", "{}"), Thinking("c", "late", "n"))


def test_T35_the_last_word_on_usage_wins_and_nothing_is_added() -> None:
    told: list[Event] = [
        Started("i", "m", "d"),
        Metered(Usage(5, out=1)),
        Metered(Usage(out=7)),
        Finished(StopReason.STOP),
    ]
    assert reply_of(told).usage == Usage(5, out=7)


def test_an_unfinished_answer_has_no_stop_and_a_failure_is_remembered() -> None:
    collector = Collector()
    collector.feed(Started("i", "m", "d", 5))
    failed = Failed("cut", FaultKind.UPSTREAM)
    collector.feed(failed)
    assert collector.failed is failed
    assert (collector.reply().stop, collector.reply().created_s) == (None, 5)
    assert Collector().reply() == Reply(id="", model="", dialect="")


def test_an_answer_without_usage_or_stop_tells_neither() -> None:
    reply = Reply(id="i", model="m", dialect="d")
    assert list(events_of(reply)) == [Started("i", "m", "d")]
    assert msgspec.structs.replace(reply, usage=NO_USAGE) == reply


def test_T59_opening_usage_and_failure_leave_another_model_free_to_answer() -> None:
    assert set(get_args(Event)) - set(CONTENT_EVENTS) == {Started, Metered, Failed}
