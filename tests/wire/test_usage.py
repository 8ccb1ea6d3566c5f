"""T30 to T36: what an answer cost, in tokens."""

from typing import Any

import pytest

from tests.wire.answers import TEXT, USAGE, chunk, halves, heard, streamed, whole
from tests.wire.asks import ASK, written
from tests.wire.house import DONE, A, Answer, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ASKED = {"stream_options": {"include_usage": True}}

# The same tokens in each dialect's arithmetic: 100 read afresh, 30 from the cache, 40 written of which 8 in thought.
READ: dict[Dialect, Any] = {
    C: {
        "prompt_tokens": 130,
        "completion_tokens": 40,
        "total_tokens": 170,
        "prompt_tokens_details": {"cached_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 8},
    },
    R: {
        "input_tokens": 130,
        "input_tokens_details": {"cached_tokens": 30},
        "output_tokens": 40,
        "output_tokens_details": {"reasoning_tokens": 8},
        "total_tokens": 170,
    },
    A: {
        "input_tokens": 100,
        "cache_read_input_tokens": 30,
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 8},
    },
    G: {
        "promptTokenCount": 130,
        "cachedContentTokenCount": 30,
        "candidatesTokenCount": 32,
        "thoughtsTokenCount": 8,
        "totalTokenCount": 170,
    },
    V: {"inputTokens": 100, "cacheReadInputTokens": 30, "outputTokens": 40, "totalTokens": 170},
}
# The counts that every dialect tells, by where they stand.
PLACES: dict[Dialect, dict[str, tuple[str, ...]]] = {
    C: {
        "in": ("prompt_tokens",),
        "read": ("prompt_tokens_details", "cached_tokens"),
        "write": ("prompt_tokens_details", "cache_write_tokens"),
        "out": ("completion_tokens",),
        "thought": ("completion_tokens_details", "reasoning_tokens"),
    },
    R: {
        "in": ("input_tokens",),
        "read": ("input_tokens_details", "cached_tokens"),
        "write": ("input_tokens_details", "cache_write_tokens"),
        "out": ("output_tokens",),
        "thought": ("output_tokens_details", "reasoning_tokens"),
    },
    A: {
        "in": ("input_tokens",),
        "read": ("cache_read_input_tokens",),
        "write": ("cache_creation_input_tokens",),
        "out": ("output_tokens",),
        "thought": ("output_tokens_details", "thinking_tokens"),
    },
    G: {
        "in": ("promptTokenCount",),
        "read": ("cachedContentTokenCount",),
        "out": ("candidatesTokenCount",),
        "thought": ("thoughtsTokenCount",),
    },
    V: {
        "in": ("inputTokens",),
        "read": ("cacheReadInputTokens",),
        "write": ("cacheWriteInputTokens",),
        "out": ("outputTokens",),
    },
}


def count(dialect: Dialect, usage: Any, name: str) -> Any:
    """One count of a usage object; None where it is not told."""
    for step in PLACES[dialect].get(name, ("nowhere",)):
        usage = (usage or {}).get(step)
    return usage


def usage_of(wire: Wire, caller: Dialect, upstream: Dialect, told: Any, *, stream: bool) -> Any:
    """The usage that a caller who asks for it hears."""
    model = wire.says(upstream, (streamed if stream else whole)(upstream, usage=told))
    more = ASKED if caller == C and stream else {}
    return heard(wire.ask(caller, model, written(caller, ASK, **more), stream=stream)).usage


def books(wire: Wire, answer: Answer) -> tuple[int, int, int]:
    """What the books have: tokens read afresh, read from the cache, written."""
    usage = wire.booked(answer)["usage"]
    return usage["uncached_in"], usage["cache_read"], usage["out"]


@mutant("canon/usage.py", "uncached = prompt - (read or 0) - (write_5m or 0)", "uncached = prompt")
@STREAM
@pytest.mark.parametrize("upstream", READ)
@pytest.mark.parametrize("caller", READ)
def test_T30_what_the_cache_served_is_inside_or_outside_as_the_dialect_has_it(
    wire: Wire, caller: Dialect, upstream: Dialect, stream: bool
) -> None:
    usage = usage_of(wire, caller, upstream, READ[upstream], stream=stream)
    for name in ("in", "read", "out"):
        expected = count(caller, READ[caller], name)
        if name == "out" and caller == G and upstream == V:
            # Converse does not tell what was thought, so none of it is left out.
            expected = 40
        assert count(caller, usage, name) == expected, (name, usage)


@STREAM
def test_T30_llama_includes_it_too(wire: Wire, stream: bool) -> None:
    for upstream, told in READ.items():
        metrics = usage_of(wire, L, upstream, told, stream=stream)
        assert metrics == {"num_prompt_tokens": 130, "num_completion_tokens": 40, "num_total_tokens": 170}


WRITTEN = {
    "input_tokens": 100,
    "cache_read_input_tokens": 30,
    "cache_creation_input_tokens": 50,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
    "output_tokens": 40,
}


@mutant("canon/money.py", '"cache_write_5m", "cache_write_1h", "out"', '"cache_write_5m", "out"')
@STREAM
@pytest.mark.parametrize("caller", [C, R, A, V])
def test_T31_what_the_cache_stored_is_told_and_priced(wire: Wire, caller: Dialect, stream: bool) -> None:
    told = (streamed if stream else whole)(A, usage=WRITTEN)
    more = ASKED if caller == C and stream else {}
    answer = wire.ask(caller, wire.says(A, told, model="priced"), written(caller, ASK, **more), stream=stream)
    usage = heard(answer).usage
    assert count(caller, usage, "write") == 50
    assert count(caller, usage, "in") == (100 if caller in (A, V) else 180)
    # Dollars a million tokens: 4 read, 0.4 from the cache, 5 stored for minutes, 8 for an hour, 20 written.
    cost_nano = 100 * 4_000 + 30 * 400 + 20 * 5_000 + 30 * 8_000 + 40 * 20_000
    assert wire.booked(answer)["cost_nano_usd"] == cost_nano


@STREAM
def test_T31_the_newer_field_of_chat_is_read(wire: Wire, stream: bool) -> None:
    told = READ[C] | {"prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 50}}
    usage = usage_of(wire, A, C, told, stream=stream)
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (
        50,
        30,
        50,
    )


@mutant("dialects/gemini/metering.py", "(said or 0) + (thought or 0)", "said or 0")
@STREAM
@pytest.mark.parametrize("caller", READ)
def test_T32_thoughts_of_gemini_are_added_and_taken_out_again(wire: Wire, caller: Dialect, stream: bool) -> None:
    told = READ[G] | {"toolUsePromptTokenCount": 20, "totalTokenCount": 190}
    usage = usage_of(wire, caller, G, told, stream=stream)
    assert count(caller, usage, "out") == (32 if caller == G else 40)
    if caller != V:
        assert count(caller, usage, "thought") == 8
    # What its own tools fed to the model belongs to what was read.
    if caller != G:
        assert count(caller, usage, "in") == (120 if caller in (A, V) else 150)


@STREAM
@pytest.mark.parametrize("upstream", [C, R, A])
def test_T32_thoughts_of_others_are_taken_out_for_gemini(wire: Wire, upstream: Dialect, stream: bool) -> None:
    usage = usage_of(wire, G, upstream, READ[upstream], stream=stream)
    assert (usage["candidatesTokenCount"], usage["thoughtsTokenCount"], usage["totalTokenCount"]) == (32, 8, 170)


@mutant("dialects/openai_metering.py", "            out += reasoning\n", "            pass\n")
@STREAM
def test_T32_an_upstream_that_leaves_reasoning_or_audio_out_is_found_by_its_total(wire: Wire, stream: bool) -> None:
    thought = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 22}
    thought |= {"completion_tokens_details": {"reasoning_tokens": 7}}  # type: ignore[dict-item]
    assert count(A, usage_of(wire, A, C, thought, stream=stream), "out") == 12
    spoken = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 22}
    spoken |= {"prompt_tokens_details": {"audio_tokens": 7}}  # type: ignore[dict-item]
    assert count(A, usage_of(wire, A, C, spoken, stream=stream), "in") == 17


@mutant(
    "dialects/converse/metering.py",
    'uncached_in=count_of(body, "inputTokens"),',
    'uncached_in=(count_of(body, "inputTokens") or 0) - (count_of(body, "cacheReadInputTokens") or 0),',
)
@STREAM
@pytest.mark.parametrize("caller", [C, R, A, G])
def test_T33_converse_excludes_what_the_cache_did(wire: Wire, caller: Dialect, stream: bool) -> None:
    told = READ[V] | {"cacheWriteInputTokens": 50, "totalTokens": 220}
    usage = usage_of(wire, caller, V, told, stream=stream)
    assert count(caller, usage, "in") == (100 if caller == A else 180)
    assert count(caller, usage, "read") == 30
    if caller != G:
        assert count(caller, usage, "write") == 50
    # And back.
    usage = usage_of(wire, V, A, WRITTEN, stream=stream)
    assert usage == {
        "inputTokens": 100,
        "cacheReadInputTokens": 30,
        "cacheWriteInputTokens": 50,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 30}, {"ttl": "5m", "inputTokens": 20}],
        "outputTokens": 40,
        "totalTokens": 220,
    }


def usage_chunks(where: str) -> list[Any]:
    """A stream of Chat that tells its usage in one of the ways that hosts have."""
    words = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in halves(TEXT))]
    partly = {"prompt_tokens": 130, "completion_tokens": 20, "total_tokens": 150}
    empty = {**chunk({}), "choices": []}
    told: dict[str, list[Any]] = {
        "empty choices": [*words, chunk({}, "stop"), empty | {"usage": READ[C]}],
        "on the finish": [*words, chunk({}, "stop", usage=READ[C])],
        "x_groq": [*words, chunk({}, "stop", x_groq={"id": "req_1", "usage": READ[C]})],
        "repeated": [*(one | {"usage": READ[C]} for one in words), chunk({}, "stop", usage=READ[C])],
        "growing": [*(one | {"usage": partly} for one in words), chunk({}, "stop", usage=READ[C])],
        "told twice": [*words, chunk({}, "stop", usage=READ[C], x_groq={"usage": READ[C]}), empty | {"usage": READ[C]}],
    }
    return [*told[where], DONE]


@mutant(
    "canon/usage.py",
    "earlier.out if later.out is None else later.out,",
    "earlier.out if later.out is None else later.out + (earlier.out or 0),",
)
@pytest.mark.parametrize("where", ["empty choices", "on the finish", "x_groq", "repeated", "growing", "told twice"])
@pytest.mark.parametrize("caller", READ)
def test_T34_usage_of_a_stream_is_taken_where_it_stands_and_never_added(
    wire: Wire, caller: Dialect, where: str
) -> None:
    more = ASKED if caller == C else {}
    answer = wire.ask(caller, wire.says(C, usage_chunks(where)), written(caller, ASK, **more), stream=True)
    if caller == C:
        # A caller of the same dialect gets the bytes; the books have what they say.
        assert books(wire, answer) == (100, 30, 40)
    if caller == C and where == "x_groq":
        return
    usage = heard(answer).usage
    assert [count(caller, usage, name) for name in ("in", "read")] == [
        count(caller, READ[caller], n) for n in ("in", "read")
    ]
    assert heard(answer).text == TEXT


@mutant(
    "dialects/anthropic/stream_reader.py",
    "return (Metered(read_usage(self._usage)),)",
    "return (Metered(read_usage(self._usage)),) if self._finish is None else ()",
)
@pytest.mark.parametrize("caller", READ)
def test_T35_the_last_word_on_each_count_of_messages_wins(wire: Wire, caller: Dialect) -> None:
    events = streamed(A)
    events[0]["message"]["usage"] = {"input_tokens": 90, "cache_read_input_tokens": 30, "output_tokens": 1}
    # The end corrects the input, says nothing new of the cache, and its output is cumulative.
    partly = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 20}}
    events[-2]["usage"] = {"input_tokens": 100, "cache_read_input_tokens": None, "output_tokens": 40}
    model = wire.says(A, [*events[:-2], partly, *events[-2:]])
    more = ASKED if caller == C else {}
    answer = wire.ask(caller, model, written(caller, ASK, **more), stream=True)
    if caller == A:
        assert books(wire, answer) == (100, 30, 40)
    else:
        usage = heard(answer).usage
        assert [count(caller, usage, name) for name in ("in", "read")] == [
            count(caller, READ[caller], name) for name in ("in", "read")
        ]
        assert count(caller, usage, "out") == 40


@mutant(
    "dialects/anthropic/stream_writer.py",
    '"delta": delta, "usage": write_usage(self._usage)}',
    '"delta": delta, "usage": {"output_tokens": self._usage.out}}',
)
@pytest.mark.parametrize("upstream", [C, R, G, V])
def test_T35_usage_that_comes_at_the_end_is_told_at_the_end_of_messages(wire: Wire, upstream: Dialect) -> None:
    answer = wire.ask(A, wire.says(upstream, streamed(upstream, usage=READ[upstream])), written(A, ASK), stream=True)
    start, delta = answer.events[0], answer.events[-2]
    assert start["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert (delta["type"], delta["usage"]["input_tokens"], delta["usage"]["output_tokens"]) == (
        "message_delta",
        100,
        40,
    )
    assert delta["usage"]["cache_read_input_tokens"] == 30


@mutant(
    "dialects/openai_chat/request_writer.py",
    "    if request.streamed and request.stream_usage is not True:",
    "    if False:",
)
@pytest.mark.parametrize("said", [{}, {"stream_options": None}, {"stream_options": {"include_usage": False}}])
def test_T36_the_upstream_is_always_asked_and_who_did_not_ask_sees_nothing_of_it(
    wire: Wire, said: dict[str, Any]
) -> None:
    answer = wire.ask(C, wire.says(C, streamed(C)), written(C, ASK, **said), stream=True)
    assert wire.sent().json["stream_options"] == {"include_usage": True}
    assert heard(answer).usage is None
    assert all(event["choices"] for event in answer.events)
    assert wire.booked(answer)["usage"]["out"] == 4


@mutant(
    "dialects/openai_chat/edits.py",
    '    if frame.usage_only and request.stream_usage is not True:\n        return b""\n',
    "",
)
def test_T36_the_chunk_that_came_for_its_usage_alone_is_hidden(wire: Wire) -> None:
    model = wire.says(C, streamed(C))
    hidden = wire.ask(C, model, written(C, ASK), stream=True)
    shown = wire.ask(C, model, written(C, ASK, **ASKED), stream=True)
    assert len(shown.events) == len(hidden.events) + 1
    assert shown.events[-1]["usage"]["completion_tokens"] == USAGE[C]["completion_tokens"]


@pytest.mark.parametrize("caller", [R, A, G, L, V])
def test_T36_callers_of_other_dialects_have_it_asked_for_them(wire: Wire, caller: Dialect) -> None:
    usage = heard(wire.ask(caller, wire.says(C, streamed(C)), written(caller, ASK), stream=True)).usage
    assert wire.sent().json["stream_options"] == {"include_usage": True}
    assert usage
    # A host that tells it anyway is not asked; it would refuse the field.
    wire.ask(caller, wire.says(C, streamed(C), provider="mistral"), written(caller, ASK), stream=True)
    assert "stream_options" not in wire.sent().json


@pytest.mark.parametrize("upstream", [R, A, G, V])
def test_T36_usage_of_other_dialects_is_hidden_from_chat_too(wire: Wire, upstream: Dialect) -> None:
    answer = wire.ask(C, wire.says(upstream, streamed(upstream)), written(C, ASK), stream=True)
    assert heard(answer).usage is None
    assert wire.booked(answer)["usage"]["out"] == 4


@pytest.mark.parametrize("caller", READ)
def test_T36_usage_that_nobody_told_is_never_invented(wire: Wire, caller: Dialect) -> None:
    events = [event for event in streamed(C) if event is DONE or event["choices"]]
    answer = wire.ask(caller, wire.says(C, events), written(caller, ASK), stream=True)
    assert heard(answer).text == TEXT
    assert not count(caller, heard(answer).usage, "out")
    if caller == C:
        row = wire.booked(answer)
        assert (row["usage"].get("out"), row["cost_nano_usd"]) == (None, None)
