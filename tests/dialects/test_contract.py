"""What every dialect owes the corridor, whichever it is: the promises of the contract, asked of each registered one."""

import json
from importlib.metadata import entry_points
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dialects.strategies import interleaved, replies

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.grammar import Grammar
from understudy.canon.messages import Message
from understudy.canon.parts import Document, Image, Inline, Remote, Text, ToolCall, text_of
from understudy.canon.reply import Collector, Event, Reply, StopReason, events_of
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.dialects.contract import MEDIA_KINDS, Dialect, Echo, MediaKind, Target

DIALECTS: dict[str, Dialect] = {entry.name: entry.load() for entry in entry_points(group="understudy.dialects")}
ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
# Each dialect has properties of its own; here it is the promises that count, and pairs are many.
FEW = settings(max_examples=25)
REQUEST = Request(
    model="asked",
    messages=(Message("user", (Text("Hello"),), plain=True),),
    dialect="elsewhere",
    stream=True,
    stream_usage=True,
)
TARGET = Target("upstream-model", "elsewhere", max_tokens=7)
# A tag of thinking that is never closed, and nothing else, is words (T41).
LONE_TAG = Reply(
    id="1", model="m", dialect="elsewhere", parts=(Text("\n<think>\n"),), stop=StopReason.STOP, usage=Usage(1, out=1)
)
ECHO = Echo("asked", {"owned": True})
FAULTS = [Fault("what happened", kind=kind, native="word", retry_after_s=2.0) for kind in FaultKind]


def told(dialect: Dialect, events: list[Event], *, ended: bool = True) -> bytes:
    encoder = dialect.reply_encoder(REQUEST, ECHO)
    return b"".join(map(encoder.send, events)) + (encoder.end(ECHO) if ended else b"")


def read(dialect: Dialect, raw: bytes) -> Collector:
    decoder = dialect.reply_decoder("elsewhere")
    grammar, collector = Grammar(), Collector()
    for frame in decoder.feed(raw) + decoder.close():
        assert not frame.malformed
        for event in frame.events:
            grammar.check(event)
            collector.feed(event)
    return collector


def essence(reply: Reply) -> tuple[list[str], list[tuple[str, Any]]]:
    """What every dialect can say: the words in any order, and the calls; cut arguments are not to be run anywhere."""
    calls = [part for part in reply.parts if isinstance(part, ToolCall)]
    return sorted(text_of(reply.parts)), [(call.name, arguments(call)) for call in calls]


def arguments(call: ToolCall) -> Any:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return {}


def test_both_built_in_dialects_are_registered_under_their_own_names() -> None:
    assert {"openai_chat", "anthropic"} <= set(DIALECTS)
    assert all(dialect.name == name for name, dialect in DIALECTS.items())


def test_no_two_dialects_are_served_at_one_path() -> None:
    paths = [path for dialect in DIALECTS.values() for path in dialect.served]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/") for path in paths)
    assert all(dialect.path_to(REQUEST, TARGET).startswith("/") for dialect in DIALECTS.values())


@ALL
def test_every_dialect_encodes_a_request_that_it_reads_again(dialect: Dialect) -> None:
    encoded = dialect.encode_request(REQUEST, TARGET)
    back = dialect.decode_request(encoded.body, dialect.path_to(REQUEST, TARGET))
    assert (back.model, back.dialect, back.streamed) == ("upstream-model", dialect.name, True)
    assert [text_of(message.parts) for message in back.messages] == ["Hello"]
    assert back.source == encoded.body


@ALL
@FEW
@given(data=st.data())
def test_R9_an_answer_is_the_same_streamed_in_any_order_and_whole(dialect: Dialect, data: st.DataObject) -> None:
    reply = data.draw(replies("elsewhere"))
    streamed = read(dialect, told(dialect, list(events_of(reply)))).reply()
    mingled = read(dialect, told(dialect, data.draw(interleaved(reply)))).reply()
    whole = dialect.decode_reply(dialect.encode_reply(reply, REQUEST, ECHO).body, "elsewhere")
    assert essence(streamed) == essence(mingled) == essence(whole)
    assert streamed.stop == mingled.stop == whole.stop
    assert streamed.usage.total_in == whole.usage.total_in == reply.usage.total_in


@ALL
@FEW
@given(data=st.data())
def test_R1_nothing_that_looks_like_an_ending_leaves_before_the_end(dialect: Dialect, data: st.DataObject) -> None:
    events = data.draw(replies("elsewhere").flatmap(interleaved))
    raw = told(dialect, events, ended=False)
    assert read(dialect, raw).finished is None
    whole = told(dialect, events)
    assert whole.startswith(raw)
    assert read(dialect, whole).finished is not None


@ALL
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind.value)
def test_T53_a_fault_inside_a_stream_is_a_failure_and_no_ending(dialect: Dialect, fault: Fault) -> None:
    reply = Reply(id="1", model="m", dialect="elsewhere", parts=(Text("half"),))
    raw = told(dialect, list(events_of(reply)), ended=False) + dialect.encode_failure(fault, "request-1", REQUEST, b"")
    collector = read(dialect, raw)
    assert collector.failed is not None
    # A prompt that is too long is told in the dialect's own words before it.
    assert collector.failed.message.endswith("what happened")
    assert collector.finished is None


@ALL
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind.value)
def test_T56_an_error_answer_says_its_message_and_is_read_as_an_error(dialect: Dialect, fault: Fault) -> None:
    status, body = dialect.encode_fault(fault, "request-1")
    assert 400 <= status < 600
    back = dialect.decode_fault(status, body, 2.0)
    assert back.message == "what happened" or fault.kind is FaultKind.TOO_LONG is back.kind
    assert back.message.endswith("what happened")
    assert back.retry_after_s == 2.0
    assert b"request-1" in body


@ALL
@pytest.mark.parametrize("status", [400, 401, 429, 500, 503, 529])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b'{"error":{}}', b'"why"', b"\xff", b"[" * 100_000])
def test_any_error_body_of_any_status_is_a_fault_with_a_message(dialect: Dialect, status: int, body: bytes) -> None:
    fault = dialect.decode_fault(status, body, None)
    assert fault.message
    assert "<html>" not in fault.message


@ALL
@pytest.mark.parametrize("started", [True, False])
def test_T52_a_keep_alive_tells_nothing_and_may_stand_anywhere(dialect: Dialect, started: bool) -> None:
    events = list(events_of(Reply(id="1", model="m", dialect="elsewhere", parts=(Text("a"),))))
    before, after = told(dialect, events[:1], ended=False), told(dialect, events, ended=False)
    first = before if started else b""
    decoder = dialect.reply_decoder("elsewhere")
    decoder.feed(first)
    (alive,) = decoder.feed(dialect.keep_alive(REQUEST, started))
    assert (alive.events, alive.malformed, alive.terminal) == ((), False, False)
    kept = read(dialect, first + dialect.keep_alive(REQUEST, started) + after[len(first) :])
    assert text_of(kept.parts()) == "a"


@ALL
def test_T50_the_closing_line_adds_nothing_to_an_answer(dialect: Dialect) -> None:
    reply = Reply(id="1", model="m", dialect="elsewhere", parts=(Text("a"),))
    events = list(events_of(reply))
    collector = read(dialect, told(dialect, events, ended=False) + dialect.closing(REQUEST))
    assert text_of(collector.parts()) == "a"
    assert collector.failed is None


@ALL
def test_T70_the_list_of_models_names_them_all_in_order(dialect: Dialect) -> None:
    (entries,) = [value for value in json.loads(dialect.encode_models(("b", "a"))).values() if isinstance(value, list)]
    assert entries == [json.loads(dialect.encode_model(name)) for name in ("b", "a")]


@ALL
@FEW
@given(raw=st.binary(max_size=100))
def test_garbage_is_a_fault_of_the_sender(dialect: Dialect, raw: bytes) -> None:
    with pytest.raises(Fault) as asked:
        dialect.decode_request(raw)
    assert asked.value.kind is FaultKind.BAD_REQUEST
    with pytest.raises(Fault) as answered:
        dialect.decode_reply(raw, "elsewhere")
    assert answered.value.kind is not FaultKind.BAD_REQUEST


@ALL
@pytest.mark.parametrize("name", list(DIALECTS))
@FEW
@given(reply=replies("elsewhere"))
@example(reply=LONE_TAG)
def test_an_answer_crosses_two_dialects_with_its_words_and_calls(dialect: Dialect, name: str, reply: Reply) -> None:
    first = read(dialect, told(dialect, list(events_of(reply)))).reply()
    second = read(DIALECTS[name], told(DIALECTS[name], list(events_of(first)))).reply()
    assert essence(second) == essence(first)
    assert (second.stop is None) == (first.stop is None)
    assert second.usage.total_in == first.usage.total_in


SHOWN: dict[MediaKind, tuple[Image | Document, Image | Document]] = {
    "image": (Image(Remote("https://a.example/b.png")), Image(Inline("image/png", "aGk="))),
    "document": (Document(Remote("https://a.example/b.pdf")), Document(Inline("application/pdf", "aGk="))),
}


@ALL
@pytest.mark.parametrize("kind", MEDIA_KINDS)
def test_T43_media_that_are_taken_inline_alone_are_declared(dialect: Dialect, kind: MediaKind) -> None:
    by_url, inline = (takes(dialect, part) for part in SHOWN[kind])
    assert (kind in dialect.inline_only) == (inline and not by_url)


def takes(dialect: Dialect, part: Image | Document) -> bool:
    try:
        dialect.encode_request(Request(model="m", messages=(Message("user", (part,)),), dialect="elsewhere"), TARGET)
    except Fault:
        return False
    return True
