"""Recorded exchanges with real providers, read from the kit beside this repository, and the outside oracle.

Here lives which recordings a test may use and why the others are left out: always a rule on the recording, never its
name. Nothing of the product is imported here, because the oracle must not share a mistake with it. Recordings are read
where they lie and are never copied into the repository.
"""

import collections
import functools
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2].parent / "shared"
WIRE = SHARED / "kit" / "wire"
TOOLS = SHARED / "tools"
CHAT, RESPONSES, MESSAGES, GEMINI = "openai-chat", "openai-responses", "anthropic-messages", "gemini-generate"
# Streams have a protocol of their own there, and are the same dialect.
CONVERSE, CONVERSE_STREAM = "bedrock-converse", "bedrock-converse-stream"
DIALECTS = (CHAT, RESPONSES, MESSAGES, GEMINI, CONVERSE)
# No recording of this one exists: it is a caller's dialect alone.
LLAMA = "llama-native"
CLIENTS = (*DIALECTS, LLAMA)
FILES = tuple(
    WIRE / f"{name}.jsonl" for name in ("openai-chat", "openai-responses", "anthropic-messages", "gemini", "bedrock")
)


@dataclass(frozen=True)
class Recording:
    """One exchange that a provider really had."""

    id: str
    protocol: str
    stream: bool
    features: frozenset[str]
    asked: dict[str, Any]
    response: dict[str, Any]
    # Whether its texts were changed when the kit was made.
    edited: bool = False

    @functools.cached_property
    def view(self) -> dict[str, Any]:
        """What the oracle reads in the provider's answer."""
        return seen(self.protocol, self.response)


def present() -> bool:
    """Whether the recordings and the tools that read them are there."""
    return (TOOLS / "neutral.py").exists() and all(path.exists() for path in FILES)


@functools.cache
def _oracle() -> Any:
    sys.path.insert(0, str(TOOLS))
    try:
        return importlib.import_module("neutral")
    finally:
        sys.path.remove(str(TOOLS))


def neutral(protocol: str, response: dict[str, Any]) -> dict[str, Any]:
    """The oracle's view of an answer: text, reasoning, tools, stop, usage, error, complete."""
    view: dict[str, Any] = _oracle().neutral(protocol, response)
    return view


def seen(dialect: str, response: dict[str, Any]) -> dict[str, Any]:
    """The oracle's view of an answer in a dialect, streamed or not."""
    return neutral(CONVERSE_STREAM if dialect == CONVERSE and "events" in response else dialect, response)


@functools.cache
def chosen() -> tuple[tuple[Recording, ...], collections.Counter[str]]:
    """The recordings that can be compared, and how many were left out for each reason."""
    kept: list[Recording] = []
    left: collections.Counter[str] = collections.Counter()
    for line in _lines():
        reason = left_out(line)
        if reason is not None:
            left[reason] += 1
            continue
        features = frozenset(line["features"])
        answered = line["response"]
        dialect = CONVERSE if line["protocol"] == CONVERSE_STREAM else line["protocol"]
        asked = line["request"]["body"]
        edited = bool(line["edits"])
        kept.append(Recording(line["id"], dialect, line["stream"], features, asked, answered, edited))
    return tuple(kept), left


def _lines() -> Iterator[dict[str, Any]]:
    for path in FILES:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def left_out(line: dict[str, Any]) -> str | None:
    """Why a recording cannot be compared; None if it can."""
    if line["protocol"] not in (*DIALECTS, CONVERSE_STREAM):
        return f"protocol {line['protocol']}"
    if line["request"]["path"].endswith("/input_tokens"):
        return "a count of tokens, which is no answer"
    if not isinstance(line["request"]["body"], dict):
        return "no request was recorded"
    if line["response"]["status"] != 200:
        return "the provider refused the request"
    if "mid_stream_error" in line["features"]:
        return "the provider failed in mid-stream"
    return broken(line)


def broken(line: dict[str, Any]) -> str | None:
    """What is wrong with the recording itself; None if nothing is."""
    response = line["response"]
    if "events" in response:
        return None if "body_b64" in response else "the bytes of its stream were not kept"
    if "sse_text" not in response:
        return None if isinstance(response["body"], dict) else "broken: the body is not a JSON object"
    if not neutral(line["protocol"], response)["complete"]:
        return "broken: the stream ends without a finish"
    return None
