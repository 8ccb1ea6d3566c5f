"""Hypothesis strategies for canon: conversations, answers, and their events in any order that the grammar allows."""

import json
from typing import Any

from hypothesis import strategies as st

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
from understudy.canon.reply import Event, Reply, StopReason, events_of
from understudy.canon.request import Request, Sampling, ThinkingAsk, Tool
from understudy.canon.usage import Usage
from understudy.dialects.openai_chat.thinktags import OPEN

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
SAID = WORDS.filter(lambda text: bool(text.strip()))
NAMES = st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True)
COUNTS = st.integers(0, 10**6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(WORDS, JSON, max_size=3)
# Names that no dialect has, for fields that nobody knows.
UNKNOWN = st.dictionaries(st.from_regex("x_[a-z]{1,6}", fullmatch=True), JSON, max_size=2)
MAKERS = st.sampled_from(["anthropic", "gemini", "openai_responses", "acme"])

TEXTS = st.builds(Text, WORDS)
SEEN = st.one_of(
    TEXTS,
    st.builds(Image, st.builds(Inline, st.just("image/png"), NAMES) | st.builds(Remote, NAMES)),
    st.builds(Document, st.builds(Inline, st.just("application/pdf"), NAMES), st.none() | NAMES),
)
THOUGHTS = st.one_of(
    st.builds(Thinking, SAID),
    st.builds(Thinking, SAID, SAID, MAKERS),
    st.builds(lambda seal, maker: Thinking("", seal, maker, True), SAID, MAKERS),
)
ARGUMENTS = OBJECTS.map(json.dumps) | st.sampled_from(["", "{}", '{"cut": "o'])
USAGES = st.builds(Usage, COUNTS, st.none() | COUNTS, st.none() | COUNTS, st.none(), COUNTS, st.none() | COUNTS)


@st.composite
def conversations(draw: st.DrawFn, dialect: str) -> Request:
    """A request of some dialect: any order of speakers, and each call with its result, on either of two roles."""
    said: list[Message] = []
    calls = 0
    for _ in range(draw(st.integers(1, 6))):
        role: Any = draw(st.sampled_from(["system", "developer", "user", "assistant"]))
        if role == "user":
            said.append(Message("user", tuple(draw(st.lists(SEEN, max_size=2)))))
        elif role == "assistant":
            ids = [f"call:{calls + place}" for place in range(draw(st.integers(0, 2)))]
            calls += len(ids)
            asks = [ToolCall(call_id, draw(NAMES), draw(ARGUMENTS)) for call_id in ids]
            words = draw(st.lists(THOUGHTS | TEXTS | st.builds(Refusal, WORDS), max_size=3))
            said.append(Message("assistant", (*words, *asks)))
            answers: Any = draw(st.sampled_from(["user", "tool"]))
            for call_id in draw(st.permutations(ids)):
                result = ToolResult(call_id, tuple(draw(st.lists(SEEN, max_size=2))), draw(st.booleans()))
                said.append(Message(answers, (result,)))
        else:
            said.append(Message(role, tuple(draw(st.lists(TEXTS, max_size=2)))))
    said.append(Message("user", (Text(draw(SAID)),)))
    return Request(
        model="m",
        messages=tuple(said),
        dialect=dialect,
        tools=draw(st.none() | st.just((Tool("f", "d", {"type": "object"}),))),
        max_tokens=draw(st.none() | COUNTS),
        sampling=Sampling(temperature=draw(st.none() | st.floats(0, 2)), top_k=draw(st.none() | COUNTS)),
        thinking=draw(st.none() | st.builds(ThinkingAsk, effort=st.sampled_from(["low", "high", "none"]))),
        user=draw(st.none() | WORDS),
    )


@st.composite
def replies(draw: st.DrawFn, dialect: str) -> Reply:
    """A whole answer of some dialect; no thought stands between tags in its words, which Chat reads as one (T41)."""
    calls = st.builds(ToolCall, NAMES, NAMES, ARGUMENTS)
    opaque = st.just(Opaque("search", {"type": "search", "hits": [1]}))
    parts = st.one_of(TEXTS, st.builds(Refusal, WORDS), THOUGHTS, calls, opaque)
    said = draw(st.lists(parts, max_size=5).filter(_untagged))
    return Reply(
        id=draw(NAMES),
        model=draw(NAMES),
        dialect=dialect,
        parts=tuple(said),
        stop=draw(st.sampled_from(StopReason)),
        stop_sequence=draw(st.none() | WORDS),
        usage=draw(USAGES),
    )


def _untagged(parts: list[Any]) -> bool:
    words = "".join(part.text for part in parts if isinstance(part, Text))
    return OPEN not in words or words.strip() == OPEN


@st.composite
def interleaved(draw: st.DrawFn, reply: Reply) -> list[Event]:
    """The events of an answer in any order that the grammar allows: parts open in order, their insides mingle."""
    opening, *rest = events_of(reply)
    queues: list[list[Event]] = [[] for _ in reply.parts]
    ending = [event for event in rest if not hasattr(event, "index")]
    for event in rest:
        if hasattr(event, "index"):
            queues[event.index].append(event)
    events, opened = [opening], 0
    while any(queues):
        # A part that has begun may go on, and the next one may begin.
        ready = [place for place, queue in enumerate(queues[: opened + 1]) if queue]
        place = draw(st.sampled_from(ready))
        opened += place == opened
        events.append(queues[place].pop(0))
    return events + ending
