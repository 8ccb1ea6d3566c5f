"""The checks that ship: verifiable, programmatic, and blind to which model answered.

`expected` and those named for a comparison (`exact`, `contains`, `numeric`, `json_equal`) hold the answer against what
the caller itself gave in `metadata.expected`: for evaluation sets that are played through the gateway. The others need
nothing but the answer: that JSON is JSON, that a tool was called as it was offered, that there is an answer at all,
that no credential is told. More come by entry point (`understudy.checks`), here and in other packages.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from understudy.canon.parts import ToolCall, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request, Tool
from understudy.parity import checks as pure
from understudy.ports import Check

# What a credential looks like: shapes that their makers publish so that scanners find them.
_SECRETS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|"
    r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}|\bxox[abprs]-[0-9A-Za-z-]{20,}|\bAIza[0-9A-Za-z_-]{35}\b"
)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


class Quick:
    """What a check is that needs no preparing and no time: the base of those below, and one deep."""

    slow = False

    def prepare(self) -> None:
        """Needs nothing."""


class Expected(Quick):
    """The caller's own answer, word for word or as JSON."""

    name = "expected"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if the answer is the expected one; None if the caller gave none."""
        expected = told(request, "expected")
        if not isinstance(expected, str):
            return None
        answer = text_of(reply.parts)
        return pure.json_equal(answer, expected) if _parses(expected) else pure.exact(answer, expected)


class Compared(Quick):
    """The caller's own answer, by one way of comparing."""

    version = "1"

    def __init__(self, name: str, compare: Callable[[str, str], float]) -> None:
        self.name = name
        self._compare = compare

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if the comparison holds; None if the caller gave no reference, or one that means nothing."""
        expected = told(request, "expected")
        if not isinstance(expected, str):
            return None
        try:
            return self._compare(text_of(reply.parts), expected)
        except ValueError:
            return None  # the reference is the caller's mistake, not the answer's


class JsonAnswer(Quick):
    """An answer that was to be JSON is JSON."""

    name = "json_answer"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if it parses; None if JSON was not asked for."""
        if request.format is None or request.format.kind == "text":
            return None
        return float(_parses(text_of(reply.parts)))


class ToolCalled(Quick):
    """A tool that was offered is called, with arguments that parse."""

    name = "tool_call"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if all calls are to offered tools with whole arguments; None if no tool was offered."""
        offered = {tool.name for tool in request.tools or () if isinstance(tool, Tool)}
        if not offered:
            return None
        calls = [part for part in reply.parts if isinstance(part, ToolCall)]
        whole = all(call.name in offered and _parses(call.arguments or "{}") for call in calls)
        return float(bool(calls) and whole)


class Answered(Quick):
    """There is an answer, and it is no refusal: a guardrail, not a measure of quality."""

    name = "answered"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 unless the answer is empty or declined."""
        said = text_of(reply.parts).strip() or any(isinstance(part, ToolCall) for part in reply.parts)
        return float(bool(said) and reply.stop is not StopReason.REFUSAL)


class NoSecrets(Quick):
    """No credential or payment card is told that the prompt did not hold: a guardrail for safety."""

    name = "no_secrets"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if none is told."""
        given = "\n".join(text_of(message.parts) for message in request.messages)
        arguments = "\n".join(part.arguments for part in reply.parts if isinstance(part, ToolCall))
        found = secrets_in(text_of(reply.parts) + "\n" + arguments)
        return float(all(secret in given for secret in found))


def secrets_in(text: str) -> Iterator[str]:
    """Every stretch of a text that looks like a credential, or a card number whose digits add up."""
    for match in _SECRETS.finditer(text):
        yield match[0]
    for match in _CARD.finditer(text):
        if _adds_up([int(digit) for digit in match[0] if digit.isdigit()]):
            yield match[0]


def _adds_up(digits: list[int]) -> bool:
    """Luhn's check; a row of one digit is no card."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def told(request: Request, name: str) -> Any:
    """What the caller told in `metadata`, under a name; None if nothing."""
    metadata = request.extras.get("metadata")
    return metadata.get(name) if isinstance(metadata, dict) else None


def _parses(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # not JSON, or nested deeper than any answer needs to be
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name!r} is no JSON")  # NaN and Infinity, which json.loads would take


EXPECTED: Check = Expected()
EXACT: Check = Compared("exact", pure.exact)
CONTAINS: Check = Compared("contains", pure.contains)
NUMERIC: Check = Compared("numeric", pure.numeric)
JSON_EQUAL: Check = Compared("json_equal", pure.json_equal)
JSON_ANSWER: Check = JsonAnswer()
TOOL_CALL: Check = ToolCalled()
ANSWERED: Check = Answered()
NO_SECRETS: Check = NoSecrets()
