"""The checks that ship: verifiable, programmatic, and blind to which model answered.

`expected` compares with the answer that the caller itself gave in `metadata.expected`: for evaluation sets that are
played through the gateway. `json_answer` asks that an answer that was to be JSON is JSON. `tool_call` asks that a
tool was called that was offered, with arguments that parse. Others come by entry point (`understudy.checks`).
"""

import json

from understudy.canon.parts import ToolCall, text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request, Tool
from understudy.parity import checks as pure
from understudy.ports import Check


class Expected:
    """The caller's own answer, word for word or as JSON."""

    name = "expected"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if the answer is the expected one; None if the caller gave none."""
        metadata = request.extras.get("metadata")
        expected = metadata.get("expected") if isinstance(metadata, dict) else None
        if not isinstance(expected, str):
            return None
        answer = text_of(reply.parts)
        return pure.json_equal(answer, expected) if _parses(expected) else pure.exact(answer, expected)


class JsonAnswer:
    """An answer that was to be JSON is JSON."""

    name = "json_answer"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if it parses; None if JSON was not asked for."""
        if request.format is None or request.format.kind == "text":
            return None
        return float(_parses(text_of(reply.parts)))


class ToolCalled:
    """A tool that was offered is called, with arguments that parse."""

    name = "tool_call"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if all calls are to offered tools with whole arguments; None if no tool was offered."""
        offered = {tool.name for tool in request.tools or () if isinstance(tool, Tool)}
        if not offered:
            return None
        calls = [part for part in reply.parts if isinstance(part, ToolCall)]
        whole = all(call.name in offered and _parses(call.arguments or "{}") for call in calls)
        return float(bool(calls) and whole)


def _parses(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # not JSON, or nested deeper than any answer needs to be
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name!r} is no JSON")  # NaN and Infinity, which json.loads would take


EXPECTED: Check = Expected()
JSON_ANSWER: Check = JsonAnswer()
TOOL_CALL: Check = ToolCalled()
