"""An upstream's stream: the same frames from any cut, and no ending before `message_stop`."""

import pytest
from tests.dialects.anthropic.samples import (
    PING,
    STOP,
    STREAMS,
    TEXT,
    closes,
    events_of_frames,
    frames_of,
    more,
    opens,
    reply_in,
    sse,
    start,
    stops,
)

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Failed, Finished, Metered, StopReason
from understudy.canon.usage import Usage

CUT = sse(start(), opens(0, type="text", text=""), more(0, "text_delta", text="Hal"))


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("piece", [1, 7])
def test_T47_cuts_do_not_matter(name: str, piece: int) -> None:
    assert frames_of(STREAMS[name], piece=piece) == frames_of(STREAMS[name])


@pytest.mark.parametrize("name", STREAMS)
def test_the_bytes_of_all_frames_are_the_stream_and_a_tail_changes_nothing(name: str) -> None:
    raw = STREAMS[name]
    frames = frames_of(raw)
    assert b"".join(frame.raw for frame in frames) == raw
    assert [frame.terminal for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert frames_of(raw + b": bye\n\n")[:-1] == frames
    assert frames_of(raw.removesuffix(b"\n"))[-1].events == frames[-1].events


def test_text() -> None:
    reply = reply_in(TEXT)
    assert reply.parts == (Text("Grüß dich 🌍"),)
    assert (reply.id, reply.model, reply.dialect) == ("msg_1", "upstream-model", "anthropic")
    assert (reply.stop, reply.native_stop) == (StopReason.STOP, "end_turn")
    assert reply.usage == Usage(uncached_in=12, cache_read=5, out=9)


def test_T37_thinking_is_sealed_by_the_maker_that_was_asked() -> None:
    parts = (Thinking("Let me see", "c2VhbA==", "anthropic"), Thinking("", "aGlkZGVu", "anthropic", redacted=True))
    reply = reply_in(STREAMS["thinking"])
    assert reply.parts == (*parts, Text("42"))
    assert reply.usage.reasoning == 6
    sealed = [event for frame in frames_of(STREAMS["thinking"], maker="other") for event in frame.events]
    assert {event.sealed_by for event in sealed if hasattr(event, "sealed_by")} == {"other"}


def test_T15_calls_with_streamed_and_with_no_arguments() -> None:
    reply = reply_in(STREAMS["tools"])
    assert reply.parts == (ToolCall("toolu_a", "weather", '{"city": "Oslo"}'), ToolCall("toolu_b", "now"))
    assert reply.stop is StopReason.TOOL_CALLS


def test_input_that_is_there_at_the_start_counts_unless_more_is_streamed() -> None:
    whole = sse(
        start(), opens(0, type="tool_use", id="a", name="f", input={"x": 1}), closes(0), stops("tool_use"), STOP
    )
    assert reply_in(whole).parts == (ToolCall("a", "f", '{"x":1}'),)


def test_a_block_that_canon_has_no_word_for_is_told_whole() -> None:
    search, found, text = reply_in(STREAMS["search"]).parts
    query = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "tides"}}
    assert search == Opaque("server_tool_use", query)
    assert isinstance(found, Opaque)
    assert text == Text("At noon.", {"citations": []})


def test_T49_an_empty_answer_is_complete() -> None:
    reply = reply_in(STREAMS["empty"])
    assert (reply.parts, reply.stop, reply.stop_sequence) == ((), StopReason.STOP_SEQUENCE, "END")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", StopReason.STOP),
        ("max_tokens", StopReason.LENGTH),
        ("model_context_window_exceeded", StopReason.LENGTH),
        ("tool_use", StopReason.TOOL_CALLS),
        ("refusal", StopReason.REFUSAL),
        ("pause_turn", StopReason.PAUSE),
        ("tired", StopReason.OTHER),
        ("", StopReason.OTHER),
    ],
)
def test_T24_T25_stop_words(word: str, reason: StopReason) -> None:
    reply = reply_in(sse(start(), stops(word), STOP))
    assert (reply.stop, reply.native_stop) == (reason, word)


def test_T35_the_last_word_on_each_count_wins_and_nothing_is_added_up() -> None:
    opening = start(
        cache_read_input_tokens=3,
        cache_creation_input_tokens=30,
        cache_creation={"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    )
    raw = sse(
        opening,
        stops(None, output_tokens=4, cache_read_input_tokens=None),
        stops(input_tokens=15, cache_creation_input_tokens=37),
        STOP,
    )
    usage = Usage(uncached_in=15, cache_read=3, cache_write_5m=17, cache_write_1h=20, out=9)
    assert reply_in(raw).usage == usage
    assert usage.total_in == 15 + 3 + 37


def test_R1_an_ending_is_not_told_before_message_stop() -> None:
    frames = frames_of(sse(start(), stops()))
    assert b"".join(frame.raw for frame in frames) == sse(start())
    assert [type(event) for frame in frames for event in frame.events][1:] == [Metered, Metered]
    assert frames[-1].raw == b""


def test_pings_behind_the_stop_reason_leave_with_message_stop() -> None:
    raw = sse(start(), stops(), PING, ": quiet\n\n", STOP)
    frames = frames_of(raw)
    assert len(frames) == 2
    assert frames[1].raw == raw.removeprefix(sse(start()))
    assert isinstance(frames[1].events[-1], Finished)


def test_message_stop_without_a_stop_reason_is_no_finish() -> None:
    frames = frames_of(sse(start(), STOP))
    assert frames[-1].terminal
    assert not any(isinstance(event, Finished) for frame in frames for event in frame.events)


def test_F8_an_open_call_is_never_closed_by_us() -> None:
    half = sse(start(), opens(0, type="tool_use", id="a", name="f"), more(0, "input_json_delta", partial_json='{"x'))
    assert events_of_frames(frames_of(half))[-1] == Delta(0, '{"x')
    with pytest.raises(Fault, match="still open"):
        events_of_frames(frames_of(half + sse(stops("tool_use"), STOP)))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("overloaded_error", FaultKind.OVERLOADED),
        ("rate_limit_error", FaultKind.RATE_LIMITED),
        ("api_error", FaultKind.UPSTREAM_INTERNAL),
        ("odd_error", FaultKind.UPSTREAM),
    ],
)
def test_T53_an_error_inside_the_stream_fails_it(word: str, kind: FaultKind) -> None:
    error = {"type": "error", "error": {"type": word, "message": "Too busy"}}
    for before in (b"", CUT):
        assert events_of_frames(frames_of(before + sse(error)))[-1] == Failed("Too busy", kind, word)
    waiting = frames_of(sse(start(), stops(), error))
    assert waiting[-1].raw == sse(error)
    assert isinstance(waiting[-1].events[-1], Failed)


@pytest.mark.parametrize(
    "piece",
    [
        sse({"type": "content_block_delta", "index": 0, "delta": {"type": "shape_delta", "shape": 1}}),
        sse({"type": "weather_report", "sky": "blue"}),
        sse(PING),
        b": keep-alive\n\n",
        b"data: [DONE]\n\n",
        b"event: ping\n\n",
    ],
)
def test_what_this_dialect_may_add_tells_nothing_and_passes(piece: bytes) -> None:
    frame = frames_of(CUT + piece)[-1]
    assert (frame.raw, frame.events, frame.malformed) == (piece, (), False)


@pytest.mark.parametrize(
    "piece",
    [
        b"event: x\ndata: {not json\n\n",
        b"data: []\n\n",
        b'data: ""\n\n',
        b"data: {}\n\n",
        b'data: {"type": 5}\n\n',
        b'data: {"type": "message_start"}\n\n',
        b'data: {"type": "\xff"}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        sse(more(0, "text_delta")),
        sse(more(0, "input_json_delta", partial_json="x")),
        sse(more(0, "signature_delta", signature="x")),
        sse(more(3, "text_delta", text="x")),
        sse(opens(0, type="text", text="")),
        sse(opens(1, type="tool_use", name="f")),
        sse(opens(1)),
        sse(closes(3)),
    ],
)
def test_R5_a_malformed_event_is_marked_and_the_stream_goes_on(piece: bytes) -> None:
    frames = frames_of(CUT + piece + sse(more(0, "text_delta", text="lo"), closes(0), stops(), STOP))
    assert [frame.raw for frame in frames if frame.malformed] == [piece]
    assert events_of_frames([frame for frame in frames if not frame.malformed])


def test_T46_citations_of_a_stream_are_told_with_its_finish() -> None:
    cited = {"type": "char_location", "cited_text": "a"}
    deltas = (more(0, "text_delta", text="a"), more(0, "citations_delta", citation=cited))
    raw = sse(start(), opens(0, type="text", text=""), *deltas, closes(0), stops(), {"type": "message_stop"})
    assert [event.extras for event in events_of_frames(frames_of(raw)) if isinstance(event, Finished)] == [
        {"citations": [cited]}
    ]
