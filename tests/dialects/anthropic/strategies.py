"""Hypothesis strategies: bodies of this dialect, conversations of another, answers, and events in any legal order."""

import json
from typing import Any, Literal

from hypothesis import strategies as st
from tests.dialects.strategies import COUNTS, JSON, NAMES, OBJECTS, SAID, UNKNOWN, WORDS

from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request, Sampling, ThinkingAsk, Tool
from understudy.canon.usage import Usage


def _with(known: dict[str, st.SearchStrategy[Any]], **maybe: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.fixed_dictionaries(known, optional={name: value | st.none() for name, value in maybe.items()})
    return st.builds(lambda body, more: {**body, **more}, fields, UNKNOWN)


def _block(kind: str, known: dict[str, st.SearchStrategy[Any]], **maybe: st.SearchStrategy[Any]) -> Any:
    return _with({"type": st.just(kind), **known}, cache_control=OBJECTS, **maybe)


_SOURCE = st.one_of(
    st.fixed_dictionaries({"type": st.just("base64"), "media_type": SAID, "data": WORDS}),
    st.fixed_dictionaries({"type": st.just("url"), "url": WORDS}),
    OBJECTS,
)
_LEAF = st.one_of(
    _block("text", {"text": WORDS}, citations=st.lists(OBJECTS, max_size=1)),
    _block("image", {"source": _SOURCE}),
    _block("document", {"source": _SOURCE}, title=WORDS),
    _block("search_result", {"content": JSON}),
)
_BLOCKS = st.one_of(
    _LEAF,
    _block("tool_use", {"id": NAMES, "name": NAMES, "input": OBJECTS}),
    _block("tool_result", {"tool_use_id": NAMES}, content=WORDS | st.lists(_LEAF, max_size=2), is_error=st.booleans()),
    _block("thinking", {"thinking": WORDS, "signature": SAID}),
    _block("redacted_thinking", {"data": WORDS}),
)
_MESSAGES = _with(
    {"role": st.sampled_from(["user", "assistant", "system"]), "content": WORDS | st.lists(_BLOCKS, max_size=3)}
)
_TOOLS = st.one_of(
    _with({"name": NAMES}, description=WORDS, input_schema=OBJECTS, strict=st.booleans(), type=st.just("custom")),
    _with({"type": st.just("web_search_20250305")}, name=NAMES),
)
BODIES = _with(
    {"model": NAMES, "max_tokens": COUNTS, "messages": st.lists(_MESSAGES, max_size=4)},
    system=WORDS | st.lists(_block("text", {"text": WORDS}), max_size=2),
    tools=st.lists(_TOOLS, max_size=2),
    tool_choice=st.one_of(
        _with({"type": st.sampled_from(["auto", "any", "none", "best"])}, disable_parallel_tool_use=st.booleans()),
        _with({"type": st.just("tool"), "name": NAMES}, disable_parallel_tool_use=st.booleans()),
    ),
    thinking=_with({"type": st.sampled_from(["enabled", "disabled", "adaptive", "deep"])}, budget_tokens=COUNTS),
    output_config=_with(
        {}, effort=NAMES, format=_with({"type": st.sampled_from(["json_schema", "grammar"]), "schema": OBJECTS})
    ),
    output_format=_with({"type": st.just("json_schema"), "schema": OBJECTS}),
    temperature=st.floats(0, 2),
    top_p=st.floats(0, 1),
    top_k=COUNTS,
    stop_sequences=st.lists(WORDS, max_size=2),
    stream=st.booleans(),
    metadata=_with({}, user_id=WORDS),
)

_TEXTS = st.builds(Text, WORDS) | st.builds(Refusal, WORDS)
_SEEN = st.one_of(
    st.builds(Text, WORDS),
    st.builds(Image, st.builds(Inline, SAID, WORDS) | st.builds(Remote, WORDS)),
    st.builds(Document, st.builds(Inline, st.just("application/pdf"), WORDS), st.none() | WORDS),
)
THOUGHTS = st.one_of(
    st.builds(Thinking, WORDS),
    st.builds(Thinking, WORDS, SAID, st.sampled_from(["anthropic", "gemini"])),
    st.builds(lambda seal, maker: Thinking("", seal, maker, True), SAID, st.sampled_from(["anthropic", "gemini"])),
)
ARGUMENTS = OBJECTS.map(json.dumps) | st.sampled_from(["", "{}"])


@st.composite
def conversations(draw: st.DrawFn) -> Request:
    """A conversation of another dialect: any order of speakers, each call with its result."""
    said: list[Message] = []
    calls = 0
    for _ in range(draw(st.integers(1, 6))):
        role = draw(st.sampled_from(["system", "developer", "user", "assistant"]))
        if role == "user":
            said.append(Message("user", tuple(draw(st.lists(_SEEN, max_size=2)))))
        elif role == "assistant":
            ids = [f"call:{calls + place}" for place in range(draw(st.integers(0, 2)))]
            calls += len(ids)
            asks = [ToolCall(call_id, draw(NAMES), draw(ARGUMENTS)) for call_id in ids]
            said.append(Message("assistant", (*draw(st.lists(THOUGHTS | _TEXTS, max_size=2)), *asks)))
            for call_id in draw(st.permutations(ids)):
                answer = ToolResult(call_id, tuple(draw(st.lists(_SEEN, max_size=2))), draw(st.booleans()))
                said.append(Message("tool", (answer,)))
        else:
            instructs: Literal["system", "developer"] = "system" if role == "system" else "developer"
            said.append(Message(instructs, tuple(draw(st.lists(_TEXTS, max_size=2)))))
    said.append(Message("user", (Text(draw(SAID)),)))
    return Request(
        model="m",
        messages=tuple(said),
        dialect="openai_chat",
        tools=draw(st.none() | st.just((Tool("f", "d", {"type": "object"}),))),
        max_tokens=draw(st.none() | COUNTS),
        sampling=Sampling(temperature=draw(st.none() | st.floats(0, 2)), seed=draw(st.none() | COUNTS)),
        thinking=draw(st.none() | st.builds(ThinkingAsk, effort=st.sampled_from(["low", "high", "none"]))),
        user=draw(st.none() | WORDS),
    )


USAGES = st.builds(
    Usage, COUNTS, st.none() | COUNTS, st.none() | COUNTS, st.none() | COUNTS, COUNTS, st.none() | COUNTS
)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """A whole answer of this dialect or of another."""
    calls = st.builds(ToolCall, WORDS, NAMES, ARGUMENTS | st.just('{"cut": "o'))
    opaque = st.just(Opaque("server_tool_use", {"type": "server_tool_use", "id": "s", "input": {"a": 1}}))
    return Reply(
        id=draw(NAMES),
        model=draw(NAMES),
        dialect=draw(st.sampled_from(["anthropic", "openai_chat"])),
        parts=tuple(draw(st.lists(st.one_of(_TEXTS, THOUGHTS, calls, opaque), max_size=5))),
        stop=draw(st.sampled_from(StopReason)),
        stop_sequence=draw(st.none() | WORDS),
        usage=draw(USAGES),
    )
