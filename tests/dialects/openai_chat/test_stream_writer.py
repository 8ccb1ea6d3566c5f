"""A caller's stream: chunks of this dialect from events of any."""

from typing import Any

from tests.dialects.openai_chat.samples import asked, data_of, entry, reply_in, told

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
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
from understudy.canon.usage import Usage
from understudy.dialects.contract import Echo
from understudy.dialects.openai_chat import DIALECT

BEGUN = Started("msg_1", "theirs", "anthropic", 5)
ENDED = Finished(StopReason.STOP, "end_turn")


def deltas(*events: Event) -> list[dict[str, Any]]:
    """The deltas between the role and the finish."""
    chunks = data_of(told([BEGUN, *events, ENDED], request=asked()))
    return [chunk["choices"][0]["delta"] for chunk in chunks[1:-1]]


def test_T50_one_id_the_role_first_and_one_finish() -> None:
    chunks = data_of(told([BEGUN, PartStarted(0, Text("")), Delta(0, "x"), PartEnded(0), ENDED], request=asked()))
    frame = {"id": "msg_1", "object": "chat.completion.chunk", "created": 5, "model": "asked-model"}

    def choice(finish: str | None, **delta: str) -> dict[str, Any]:
        return {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    assert chunks == [choice(None, role="assistant", content=""), choice(None, content="x"), choice("stop")]


def test_words_thinking_and_refusals_have_fields_of_their_own() -> None:
    assert deltas(
        PartStarted(0, Thinking("h")),
        Delta(0, "m"),
        PartStarted(1, Text("a")),
        PartStarted(2, Refusal("")),
        Delta(2, "n"),
    ) == [{"reasoning_content": "h"}, {"reasoning_content": "m"}, {"content": "a"}, {"refusal": "n"}]


def test_T37_a_seal_is_carried_with_the_words_it_seals() -> None:
    sealed: list[Event] = [
        PartStarted(0, Thinking()),
        Delta(0, "h"),
        Delta(0, "m"),
        Sealed(0, "s", "anthropic"),
        PartEnded(0),
    ]
    hidden: list[Event] = [PartStarted(1, Thinking(redacted=True)), Sealed(1, "d", "anthropic")]
    assert deltas(*sealed, *hidden)[2:] == [
        {"reasoning_details": [entry("text", text="hm", signature="s")]},
        {"reasoning_details": [entry("encrypted", 1, data="d")]},
    ]
    call = deltas(*hidden, PartStarted(2, ToolCall("c", "f")))
    assert call[0] == {"reasoning_details": [entry("encrypted", 0, data="d", id="c")]}
    assert "tool_calls" in call[1]
    assert deltas(PartStarted(0, Thinking("hm", "s", "anthropic")))[1:] == [
        {"reasoning_details": [entry("text", text="hm", signature="s")]}
    ]


def test_T11_calls_interleave_by_their_own_indexes() -> None:
    first, second = ToolCall("a", "f"), ToolCall("b", "g")
    assert deltas(
        PartStarted(0, Text("")), PartStarted(1, first), PartStarted(2, second), Delta(2, "{}"), Delta(1, '{"x"')
    ) == [
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": ""}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"x"'}}]},
    ]


def test_T24_T26_calls_make_a_plain_stop_tool_calls() -> None:
    chunks = data_of(told([BEGUN, PartStarted(0, ToolCall("a", "f")), PartEnded(0), ENDED], request=asked()))
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_T36_usage_for_those_who_asked_and_the_extension_on_the_last_chunk() -> None:
    events: list[Event] = [BEGUN, Metered(Usage(uncached_in=1, out=2)), ENDED, Metered(Usage(out=3))]
    echo = Echo("asked-model", {"cost_usd": 1})
    *_, finish, last = data_of(told(events, echo))
    assert "understudy" not in finish
    assert (last["choices"], last["usage"]["completion_tokens"], last["understudy"]) == ([], 3, {"cost_usd": 1})
    *_, finish = data_of(told(events, echo, asked()))
    assert "usage" not in finish
    assert finish["understudy"] == {"cost_usd": 1}


def test_R1_nothing_that_looks_like_an_ending_leaves_before_the_end() -> None:
    writer = DIALECT.reply_encoder(asked(stream_usage=True), Echo("m"))
    events: list[Event] = [BEGUN, PartStarted(0, Text("x")), PartEnded(0), Metered(Usage(out=1)), ENDED]
    sent = b"".join(writer.send(event) for event in [*events, Failed("x", FaultKind.UPSTREAM)])
    assert b"[DONE]" not in sent
    assert b'"usage"' not in sent
    assert b'"finish_reason":"' not in sent


def test_what_this_dialect_cannot_say_is_an_omission() -> None:
    writer = DIALECT.reply_encoder(asked(), Echo("m"))
    opening = Started("msg_1", "theirs", "anthropic", extras={"container": {}})
    ending = Finished(StopReason.STOP_SEQUENCE, "stop_sequence", "END", {"y": 1})
    sealed: list[Event] = [PartStarted(1, Text("", {"citations": []})), Sealed(1, "s", "acme")]
    parts: list[Event] = [PartStarted(0, Opaque("search", {})), Delta(0, "x"), Sealed(0, "s", "acme"), PartEnded(0)]
    sent = [writer.send(event) for event in [opening, *parts, *sealed, ending]]
    assert sent[1:] == [b""] * 7
    assert [omission.field for omission in writer.omissions] == [
        "container", "content[0]", "content[1].citations", "y", "stop_sequence",
    ]  # fmt: skip


def test_T25_a_word_that_this_dialect_hides_is_kept_in_the_extension() -> None:
    chunks = data_of(told([BEGUN, Finished(StopReason.PAUSE, "pause_turn")], request=asked()))
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["understudy"] == {"native_stop": "pause_turn"}


def test_an_answer_of_this_dialect_keeps_its_own_fields() -> None:
    opening = Started("chatcmpl-1", "m", "openai_chat", 5, {"system_fingerprint": "fp"})
    piece = Opaque("reference", {"type": "reference"})
    raw = told([opening, PartStarted(0, piece), PartEnded(0), Finished(StopReason.OTHER, "odd")])
    assert data_of(raw)[0]["system_fingerprint"] == "fp"
    reply = reply_in(raw)
    assert (reply.parts, reply.native_stop) == ((piece,), "odd")


def test_T15_a_call_without_arguments_is_told_with_none_rather_than_nothing() -> None:
    silent = (PartStarted(0, ToolCall("a", "f")), PartStarted(1, ToolCall("b", "g")), Delta(1, "{}"))
    told_calls = [delta["tool_calls"][0] for delta in deltas(*silent, PartEnded(0), PartEnded(1))]
    assert [(one["index"], one["function"]["arguments"]) for one in told_calls] == [
        (0, ""),
        (1, ""),
        (1, "{}"),
        (0, "{}"),
    ]
