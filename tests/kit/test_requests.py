"""Requests of recorded clients toward every other dialect: what was asked for goes upstream, or the caller is told.

Every value in a recorded body must stand in the body that goes upstream (inside JSON that is text, too), or below a
field that was reported as left behind, or be one that the other dialect says in its own way, by a rule with its reason.
Which of the words of one dialect mean which of another is not known here, so that nothing can be right by agreement.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests.kit.page import Measured
from tests.kit.recordings import CHAT, CONVERSE, GEMINI, LLAMA, MESSAGES, RESPONSES, Recording, chosen
from understudy.canon.faults import Fault
from understudy.dialects.anthropic import DIALECT as ANTHROPIC
from understudy.dialects.contract import Dialect, Target
from understudy.dialects.converse import DIALECT as BEDROCK
from understudy.dialects.gemini import DIALECT as GOOGLE
from understudy.dialects.llama import DIALECT as META
from understudy.dialects.openai_chat import DIALECT as OPENAI
from understudy.dialects.openai_responses import DIALECT as ITEMS
from understudy.dialects.spelling import omitted

SPOKEN: dict[str, Dialect] = {
    CHAT: OPENAI, RESPONSES: ITEMS, MESSAGES: ANTHROPIC, GEMINI: GOOGLE, CONVERSE: BEDROCK, LLAMA: META,
}  # fmt: skip
ADDRESSES = {GEMINI: "/v1beta/models/m:generateContent", CONVERSE: "/model/m/converse"}
_STEP = re.compile(r"[^.\[\]]+")
_DATA = re.compile(r"data:[^,]+;base64,(.*)", re.DOTALL)
# The two signs in which the alphabets of base64 differ.
_STANDARD = str.maketrans("-_", "+/")
# Words that only say what stands beside them: each dialect has its own, or says it by the shape.
SHAPES = frozenset({"type", "role", "mode", "format", "media_type", "mimeType", "mime_type", "status", "index"})
# The host's own business between it and its caller, met by the gateway or by every host alike.
HOSTS = frozenset({"model", "stream", "include_usage", "store", "include"})
# What the other dialect says in its own way: the whole path, and why.
OTHERWISE = {
    r"(toolConfig\.)?tool_?[cC]hoice(\.type)?": "each dialect has its words for the four modes",
    r"parallel_tool_calls|tool_choice\.disable_parallel_tool_use": "the two say it in opposite senses",
    r"reasoning_effort|reasoning\.effort|thinking\.\w+|generationConfig\.thinkingConfig\.\w+": "how much, by one table",
    r"generationConfig\.responseMimeType": "the form of the answer, told with its schema",
    r"(response_format\.json_schema|.*\.jsonSchema|text\.format)\.name": "a label; the answer's form is the schema's",
    r"(response_format\.json_schema|text\.format)\.strict": "an answer is held to its form where nobody says so",
    r"tools\..*\.nullable": "a type of two, in JSON Schema",
    r"messages\..*\.is_error": "told in the result's words, or as another word for its state",
    r"input\.\d+\.id|messages\.\d+\.reasoning_details\.\d+\.id": "a label of the item at the host that made it",
    r"messages\.\d+\.(tool_calls\.\d+\.id|tool_call_id)": "spelt in the other's alphabet",
    r"n|generationConfig\.candidateCount": "one answer is what every host gives; more are refused",
    r"contents\..*\.functionResponse\.response\..*": "the result's JSON, told as one text",
}
RULES = [re.compile(path) for path in OTHERWISE]


class Lost(NamedTuple):
    """A value that neither went upstream nor was told."""

    path: str
    value: Any


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{place}")
    else:
        yield path, value


def opened(value: Any) -> list[Any]:
    """What a value comes to: the bytes of a data URL, the values of JSON that is text, or itself."""
    if not isinstance(value, str):
        return [value]
    if match := _DATA.fullmatch(value):
        return [match[1]]
    if value.lstrip()[:1] in ("{", "["):
        try:
            return [inner for _, inner in leaves(json.loads(value)) if inner is not None]
        except ValueError:
            pass
    return [value]


class Sent:
    """The values that went upstream."""

    def __init__(self, body: bytes) -> None:
        values = [value for _, value in leaves(json.loads(body))]
        values += [inner for value in values for inner in opened(value)]
        self._texts = "\0".join(value for value in values if isinstance(value, str))
        self._others = {value for value in values if not isinstance(value, str)}

    def holds(self, value: Any) -> bool:
        """Whether this value went along, alone or within a text."""
        return all(self._has(inner) for inner in opened(value))

    def _has(self, value: Any) -> bool:
        """A text may go along in the other alphabet of base64, which is the one that every host reads."""
        if not isinstance(value, str):
            return value in self._others
        return value in self._texts or value.translate(_STANDARD) in self._texts


def told(path: str, fields: set[tuple[str, ...]]) -> bool:
    """Whether one of the fields that were reported holds the path, or stands in it.

    Canon says a piece's fields without the object around them (`detail` for `image_url.detail`), and calls what a file
    is called its `name`.
    """
    steps = ["name" if step in ("filename", "title") else step for step in _STEP.findall(path)]
    for field in fields:
        left = iter(steps)
        if field[: len(steps)] == tuple(steps) or all(step in left for step in field):
            return True
    return False


def lost(recording: Recording, caller: str, upstream: str) -> list[Lost] | None:
    """The values of a recorded request that got lost on its way; None where it is refused, which tells it all."""
    body = json.dumps({"model": "m", **recording.asked}).encode()
    try:
        request = SPOKEN[caller].decode_request(body, ADDRESSES.get(caller, ""))
        encoded = SPOKEN[upstream].encode_request(request, Target("m", SPOKEN[upstream].name))
    except Fault:
        return None
    reported = omitted(encoded.omissions, request, SPOKEN[caller].spelling)
    fields = {tuple(_STEP.findall(one.field)) for one in reported}
    if upstream == CONVERSE and request.tool_choice is not None and request.tool_choice.mode == "none":
        # Converse has no word for it: nothing is offered, so that nothing can be called.
        fields.add(("tools",))
    sent = Sent(encoded.body)
    return [
        Lost(path, value)
        for path, value in leaves(recording.asked)
        # Null, false, nothing and an empty text ask for what is done anyway.
        if value and [step for step in _STEP.findall(path) if not step.isdecimal()][-1] not in SHAPES | HOSTS
        if not sent.holds(value) and not told(path, fields) and not any(rule.fullmatch(path) for rule in RULES)
    ]


@cache
def requests(protocol: str) -> list[Recording]:
    """The recorded requests of a dialect, each body once."""
    return list({json.dumps(one.asked): one for one in chosen()[0] if one.protocol.startswith(protocol)}.values())


PAIRS = [(caller, upstream) for caller in SPOKEN if caller != LLAMA for upstream in SPOKEN if upstream != caller]


@pytest.mark.parametrize(("caller", "upstream"), PAIRS)
def test_a_request_goes_upstream_whole_or_says_what_stayed_behind(
    caller: str, upstream: str, staged: Any, measured: Measured
) -> None:
    judged = [(one, lost(one, caller, upstream)) for one in requests(caller)]
    carried = [(one, values) for one, values in judged if values is not None]
    missing: dict[str, list[str]] = defaultdict(list)
    for one, values in carried:
        for value in values:
            missing[re.sub(r"\.\d+", "[]", value.path)].append(f"{one.id}: {value.value!r:.60}")
    measured.requests[caller, upstream] = (len(carried), len(judged) - len(carried))
    assert {path: examples[:3] for path, examples in missing.items()} == {}
    assert len(carried) > len(judged) / 2
