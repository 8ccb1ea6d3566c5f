"""T48 to T55: streams, in order, kept alive, broken off and let go."""

import json
import socket
from typing import Any

import pytest

from tests.journeys.house import eventually, get, within
from tests.wire.answers import REFUSAL, STOP, TEXT, USAGE, chunk, heard, streamed, whole
from tests.wire.asks import ASK, Call, Text, written
from tests.wire.house import (
    ALL,
    CUT,
    DONE,
    HEARD,
    A,
    Answer,
    C,
    Dialect,
    G,
    L,
    R,
    Said,
    V,
    Wire,
    address,
    binary_event,
    framed,
)
from tests.wire.mutants import mutant
from tests.wire.thoughts import Thought, thinking

# How many events of a stream lead to its first words.
FIRST_WORDS: dict[Dialect, int] = {C: 2, R: 4, A: 3, G: 1, L: 2, V: 2}
OSLO = Call("call_1", "weather", {"city": "Oslo"})
BERGEN = Call("call_2", "weather", {"city": "Bergen"})


def ask(wire: Wire, caller: Dialect, upstream: Dialect, told: Any, **fields: Any) -> Answer:
    """One stream, asked for by a caller."""
    return wire.ask(caller, wire.says(upstream, told), written(caller, ASK, "weather", **fields), stream=True)


def interleaved() -> list[Any]:
    """Two calls of Chat whose arguments come in turns."""

    def said(index: int, **function: str) -> dict[str, Any]:
        head = {"id": f"call_{index + 1}", "type": "function"} if "name" in function else {}
        return chunk({"tool_calls": [{"index": index, **head, "function": function}]})

    head, *words, tail, used, done = streamed(C)
    tail["choices"][0]["finish_reason"] = "tool_calls"
    calls = [
        said(0, name="weather", arguments='{"city": '),
        said(1, name="weather", arguments='{"city": "Ber'),
        said(0, arguments='"Oslo"}'),
        said(1, arguments='gen"}'),
    ]
    return [head, chunk({"reasoning_content": "Look."}), *words, *calls, tail, used, done]


@pytest.mark.parametrize("upstream", [C, R, A, G, V, L])
@mutant("dialects/ordering.py", "elif index != self._current:", "elif index < 0:")
def test_T48_blocks_of_messages_come_one_by_one_without_gaps(wire: Wire, upstream: Dialect) -> None:
    told = interleaved() if upstream == C else streamed(upstream, TEXT, [OSLO, BERGEN])
    answer = ask(wire, A, upstream, told)
    names = [line.removeprefix("event: ") for line in answer.lines if line.startswith("event: ")]
    events = answer.events
    assert names == [event["type"] for event in events]
    assert (names[0], names[-2:]) == ("message_start", ["message_delta", "message_stop"])
    open_block, begun = None, 0
    for event in events[1:-2]:
        if event["type"] == "content_block_start":
            assert open_block is None
            assert event["index"] == begun
            open_block, begun = event["index"], begun + 1
        elif event["type"] != "ping":
            assert event["index"] == open_block
            if event["type"] == "content_block_stop":
                open_block = None
    assert open_block is None
    assert heard(answer)[:2] == (TEXT, [OSLO, BERGEN])


@pytest.mark.parametrize("caller", ALL)
@mutant("dialects/anthropic/stream_reader.py", "return () if self._finish is None else (self._finish,)", "return ()")
def test_T49_an_empty_answer_of_messages_is_an_answer(wire: Wire, caller: Dialect) -> None:
    start, _, _, _, _, delta, stop = streamed(A)
    delta["delta"] = {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    answer = ask(wire, caller, A, [start, delta, stop])
    assert heard(answer)[:2] == ("", [])
    assert heard(answer).stop == ("stop_sequence" if caller in (A, V) else STOP[caller])


@mutant(
    "dialects/anthropic/answers.py",
    "elif isinstance(part, Text | Refusal) and not part.text and not own:",
    "elif False:",
)
def test_T49_an_answer_without_words_has_no_block_in_messages(wire: Wire) -> None:
    head, *_, tail, used, done = streamed(C)
    answer = ask(wire, A, C, [head, chunk({"content": ""}), tail, used, done])
    assert [event["type"] for event in answer.events] == ["message_start", "message_delta", "message_stop"]
    told: Any = whole(V)
    told["output"]["message"]["content"] = [{"text": ""}]
    assert wire.ask(A, wire.says(V, told), written(A, ASK)).json["content"] == []


@pytest.mark.parametrize("upstream", ALL)
@mutant(
    "dialects/openai_chat/stream_writer.py",
    'return self._chunk({"role": "assistant", "content": ""})',
    'return self._chunk({"content": ""})',
)
def test_T50_chat_says_its_role_first_its_finish_once_and_then_it_is_done(wire: Wire, upstream: Dialect) -> None:
    answer = ask(wire, C, upstream, streamed(upstream, TEXT, [OSLO]))
    events = answer.events
    assert len({event["id"] for event in events}) == 1
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    assert deltas[0]["role"] == "assistant"
    assert all("role" not in delta for delta in deltas[1:])
    finishes = [choice["finish_reason"] for event in events for choice in event["choices"]]
    assert finishes == [None] * (len(finishes) - 1) + ["tool_calls"]
    assert answer.body.endswith(DONE)
    assert answer.body.count(DONE) == 1


@pytest.mark.parametrize("caller", ALL)
@mutant(
    "gateway/attempt.py",
    "terminal = self._terminal or self._caller.closing(self._request)",
    "terminal = self._terminal",
)
def test_T50_a_chat_stream_without_its_closing_line_still_ends(wire: Wire, caller: Dialect) -> None:
    answer = ask(wire, caller, C, streamed(C)[:-1])
    assert heard(answer)[0] == TEXT
    assert heard(answer).stop == STOP[caller]
    assert answer.body.endswith(DONE) == (caller == C)


@pytest.mark.parametrize("end", [(), (CUT,)], ids=["closed", "cut"])
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "gateway/attempt.py",
    "        if self._grammar.complete:\n            return\n        kind",
    "        if True:\n            return\n        kind",
)
def test_T50_a_stream_without_a_finish_is_an_error_and_never_an_answer(
    wire: Wire, caller: Dialect, upstream: Dialect, end: tuple[str, ...]
) -> None:
    events = FIRST_WORDS[upstream]
    answer = ask(wire, caller, upstream, [*streamed(upstream)[:events], HEARD, *end])
    assert answer.status == 200
    assert TEXT[:5] in answer.body.decode("utf-8", "replace")
    assert failed(answer)
    assert not finished(answer)
    assert wire.booked(answer)["status"] == "incomplete"


def failed(answer: Answer) -> bool:
    """Whether the last event tells an error in the caller's own form."""
    last = answer.events[-1]
    if answer.dialect == R:
        return bool(last["type"] == "response.failed" and last["response"]["error"]["message"])
    if answer.dialect == A:
        return bool(last["type"] == "error" and answer.lines[-2] == "event: error" and last["error"]["message"])
    if answer.dialect == V:
        ((name, body),) = last.items()
        return bool(name.endswith("Exception") and body["message"])
    return bool(last["error"]["message"])


def finished(answer: Answer) -> bool:
    """Whether anything in a stream says that the answer is complete."""
    marks = {
        C: (b"[DONE]", b'"finish_reason":"'),
        R: (b"response.completed", b"response.incomplete"),
        A: (b"message_stop", b'"stop_reason":"'),
        G: (b"finishReason",),
        L: (b'"complete"', b'"metrics"'),
        V: (b"messageStop", b"metadata"),
    }
    return any(mark in answer.body.replace(b" ", b"") for mark in marks[answer.dialect])


ORDER = [
    "created", "in_progress",
    "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
    "reasoning_summary_part.done", "output_item.done",
    "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done",
    "output_item.done",
    "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
]  # fmt: skip


@pytest.mark.parametrize("upstream", [A, C, G, V])
@mutant(
    "dialects/openai_responses/stream_writer.py",
    'body["sequence_number"] = self._number',
    'body["sequence_number"] = 0',
)
def test_T51_a_response_is_told_item_by_item_and_then_whole(wire: Wire, upstream: Dialect) -> None:
    parts = (Thought("Look."), Text(TEXT), OSLO)
    answer = ask(wire, R, upstream, thinking(upstream, *parts, stream=True))
    events = answer.events
    told = [event["type"].removeprefix("response.") for event in events]
    assert [kind for kind, before in zip(told, [None, *told], strict=False) if kind != before] == [*ORDER, "completed"]
    numbers = [event["sequence_number"] for event in events]
    assert numbers == sorted(set(numbers))
    response = events[-1]["response"]
    assert [item["type"] for item in response["output"]] == ["reasoning", "message", "function_call"]
    assert response["output"] == [event["item"] for event in events if event["type"].endswith("item.done")]
    assert response["usage"]["total_tokens"] == 13


@pytest.mark.parametrize("upstream", [A, C, G])
@mutant("dialects/openai_responses/words.py", ', StopReason.REFUSAL: "content_filter"}', "}")
def test_T51_an_answer_that_was_refused_is_incomplete(wire: Wire, upstream: Dialect) -> None:
    last = ask(wire, R, upstream, streamed(upstream, stop=REFUSAL[upstream])).events[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "content_filter"}


@pytest.mark.parametrize("caller", [C, A, G])
@mutant("dialects/openai_responses/stream_reader.py", '"response.queued", ', "")
def test_T51_a_queued_response_without_its_output_is_read_from_its_items(wire: Wire, caller: Dialect) -> None:
    created, *rest, last = streamed(R, TEXT, [OSLO])
    queued = {"type": "response.queued", "response": created["response"]}
    bare = {**last, "response": {**last["response"], "output": []}}
    answer = ask(wire, caller, R, [queued, *rest, bare])
    assert heard(answer)[:2] == (TEXT, [OSLO._replace(id=heard(answer).calls[0].id)])
    if caller == C:
        assert answer.events[0]["id"] == created["response"]["id"]


COMMENTS = (b": OPENROUTER PROCESSING\n\n", b": keepalive\n\n", b":\n\n")


@pytest.mark.parametrize("caller", ALL)
@pytest.mark.parametrize("upstream", [C, R, A, G, L])
@mutant("dialects/sse.py", 'if line.startswith(b"data:"):', 'if line.startswith((b"data:", b": ")):')
def test_T52_comments_of_the_upstream_say_nothing(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    first, *rest = streamed(upstream)
    answer = ask(wire, caller, upstream, [COMMENTS[0], first, *COMMENTS[1:], *rest])
    assert heard(answer)[0] == TEXT
    assert wire.booked(answer)["malformed"] == 0


# Much longer than it takes the server to break it.
SILENCE_S = 2.0


@pytest.mark.parametrize("caller", ALL)
@pytest.mark.parametrize("late", [False, True], ids=["before the first word", "after it"])
@mutant("dialects/anthropic/__init__.py", "return _PING if started else", "return _PING if not started else")
def test_T52_silence_is_broken_in_the_callers_dialect(lively: Wire, caller: Dialect, late: bool) -> None:
    events = streamed(C)
    # Before the first word nothing but the silence's end begins an answer.
    answer = ask(lively, caller, C, [*events[:2], SILENCE_S, *events[2:]] if late else [HEARD, *events])
    assert heard(answer)[0] == TEXT
    if caller == V:
        assert {"ping": {}} in answer.events
        return
    for line in answer.lines:
        if line.startswith("data:") and line != "data: [DONE]":
            json.loads(line.removeprefix("data:"))
    if caller == G:
        # Google's client fails at a comment: its callers get lines without a word.
        blank = b"}\n\n\n\n" if late else b"\n\n"
        assert blank in answer.body.partition(b"calm")[0]
        return
    alive = "event: ping" if caller == A and late else ": waiting"
    assert alive in answer.lines
    words = next(place for place, line in enumerate(answer.lines) if "calm" in line)
    assert answer.lines.index(alive) < words
    if caller == A and late:
        assert answer.lines.index("event: message_start") < answer.lines.index(alive)


# An overload, told after the first words as each provider tells it.
OVERLOAD: dict[Dialect, bytes] = {
    C: b'data: {"error": {"message": "too busy", "type": "overloaded_error", "code": 503}}\n\n',
    R: framed(R, {"type": "error", "code": "server_error", "message": "too busy", "param": None, "sequence_number": 9}),
    A: framed(A, {"type": "error", "error": {"type": "overloaded_error", "message": "too busy"}}),
    G: framed(G, {"error": {"code": 503, "message": "too busy", "status": "UNAVAILABLE"}}),
    L: framed(L, {"error": {"message": "too busy", "type": "overloaded_error"}}),
    V: binary_event("serviceUnavailableException", b'{"message": "too busy"}', "exception"),
}


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "gateway/attempt.py",
    "        if isinstance(event, Failed):\n",
    "        if isinstance(event, Failed) and not self._relay.content:\n",
)
def test_T53_an_error_after_200_takes_the_callers_form_and_ends_the_stream(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    events = FIRST_WORDS[upstream]
    rest = streamed(upstream)[events:]
    answer = ask(wire, caller, upstream, [*streamed(upstream)[:events], HEARD, OVERLOAD[upstream], *rest])
    assert answer.status == 200
    assert failed(answer)
    assert b"too busy" in answer.body
    assert not finished(answer)


def in_array(events: list[Any]) -> Said:
    """A stream of Gemini as one JSON array, cut in the middle of an element."""
    told = json.dumps(events, indent=1).encode()
    middle = len(told) // 2
    return Said((told[:middle], 0.05, told[middle:]), headers=(("content-type", "application/json"),))


@pytest.mark.parametrize("array", [False, True], ids=["events", "array"])
@pytest.mark.parametrize("upstream", [G, A, C])
@mutant(
    "dialects/gemini/stream_writer.py",
    'return (b",\\n" if begun else b"[") + data',
    'return (b",\\n" if begun else b"") + data',
)
def test_T54_gemini_is_written_as_events_and_as_an_array(wire: Wire, upstream: Dialect, array: bool) -> None:
    told: Any = streamed(upstream, TEXT, [OSLO._replace(id=None)] if upstream == G else [OSLO])
    model = wire.says(upstream, in_array(told) if upstream == G and array else told)
    answer = wire.ask(G, model, written(G, ASK, "weather"), stream=True, query="" if array else None)
    assert heard(answer)[0] == TEXT
    assert heard(answer).calls[0][1:] == OSLO[1:]
    assert answer.headers["content-type"].startswith("application/json" if array else "text/event-stream")
    assert answer.body.startswith(b"[" if array else b"data: ")


@pytest.mark.parametrize("caller", ALL)
@mutant("dialects/gemini/framing.py", '_OPENERS, _CLOSERS = b"{[", b"}]"', '_OPENERS, _CLOSERS = b"{", b"}"')
def test_T54_gemini_is_read_as_an_array_too(wire: Wire, caller: Dialect) -> None:
    model = wire.says(G, in_array(streamed(G, TEXT, [OSLO._replace(id=None)])))
    # A caller of Gemini that wants an array has its upstream asked for one.
    query = "" if caller == G else None
    answer = wire.ask(caller, model, written(caller, ASK, "weather"), stream=True, query=query)
    assert heard(answer)[0] == TEXT
    assert heard(answer).calls[0][1:] == OSLO[1:]


@pytest.mark.parametrize("array", [False, True], ids=["events", "array"])
@mutant("dialects/gemini/edits.py", "_of_array(frame.raw) != array:", "frame.malformed:")
def test_T54_a_host_that_ignores_the_form_asked_for_is_told_in_it(wire: Wire, array: bool) -> None:
    told: Any = streamed(G, TEXT, [OSLO._replace(id=None)])
    model = wire.says(G, told if array else in_array(told))
    answer = wire.ask(G, model, written(G, ASK, "weather"), stream=True, query="" if array else None)
    assert ("alt=sse" in wire.sent().path) != array
    assert heard(answer)[0] == TEXT
    assert heard(answer).calls[0][1:] == OSLO[1:]
    assert answer.headers["content-type"].startswith("application/json" if array else "text/event-stream")
    assert answer.body.startswith(b"[" if array else b"data: ")
    assert len(answer.events) == len(told)
    assert answer.events[-1]["usageMetadata"] == told[-1]["usageMetadata"]


@mutant("dialects/gemini/edits.py", "if any(isinstance(event, Started) for event in frame.events)", "if frame.events")
def test_T54_a_break_in_such_a_stream_is_told_in_the_form_asked_for(wire: Wire) -> None:
    told = streamed(G)[0]
    answer = wire.ask(G, wire.says(G, [told, told, HEARD, CUT]), written(G, ASK), stream=True, query="")
    assert answer.json[-1]["error"]["code"] == 503
    answer = wire.ask(
        G, wire.says(G, Said((b"[" + json.dumps(told).encode(), HEARD, CUT))), written(G, ASK), stream=True
    )
    assert answer.events[-1]["error"]["code"] == 503


LIMIT_S = 1.0


@pytest.mark.parametrize("caller", ALL)
@mutant("web/lane.py", "            serving.cancel()", "            serving.done()")
def test_T55_a_callers_going_lets_the_upstream_go_and_what_was_used_is_booked(wire: Wire, caller: Dialect) -> None:
    start = {"type": "message_start", "message": {**whole(A), "content": [], "usage": {**USAGE[A], "output_tokens": 2}}}
    model = wire.says(A, [start, *streamed(A)[1:3], 30.0])
    path, body = address(caller, model, written(caller, ASK), stream=True)
    sent = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(sent)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(wire.server.url.rsplit(":", 1)[1]))) as connection:
        connection.sendall(head.encode() + sent)
        seen = b""
        while TEXT[:5].encode() not in seen:
            seen += connection.recv(4096)
    assert within(LIMIT_S, lambda: model.partition("/")[2] in wire.upstream.given_up)

    def booked() -> Any:
        told = get(f"{wire.server.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
        return [row for row in told if row["asked"] == model]

    (row,) = eventually(booked)
    assert (row["status"], row["http_status"]) == ("cancelled", 499)
    assert (row["usage"]["uncached_in"], row["usage"]["out"]) == (9, 2)
