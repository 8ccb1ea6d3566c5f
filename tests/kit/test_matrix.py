"""Every recorded answer, asked for through the gateway in each dialect, says what the provider said.

The oracle reads the recorded answer and the caller's answer; text, tools, stop, usage and completeness must be equal.
Set KIT_REPORT to a file's name to have every disagreement written there.
"""

import collections
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.kit.recordings import (
    CHAT,
    CLIENTS,
    CONVERSE,
    DIALECTS,
    GEMINI,
    LLAMA,
    MESSAGES,
    RESPONSES,
    Recording,
    chosen,
)
from tests.kit.recordings import seen as view_of
from tests.kit.stage import Answer, Stage, ask, each, request

_REFUSAL = re.compile(r'"refusal":\s*"[^"]')
MODES = {True: "streamed", False: "whole"}
# The counts that are compared; the last is none of Converse's, and Llama has the first two alone.
USAGE = ("in", "out", "cache_read", "cache_write", "reasoning")


@dataclass(frozen=True)
class Expected:
    """A difference across dialects that is right: in which field, when, what stands there instead, and why."""

    field: str
    when: Callable[[Recording], bool]
    becomes: Callable[[Recording], Any]
    why: str
    clients: tuple[str, ...] = CLIENTS


def content(recording: Recording) -> Any:
    """What a whole recorded Chat answer holds as its content."""
    if recording.stream or recording.protocol != CHAT:
        return None
    return (recording.response["body"]["choices"][0].get("message") or {}).get("content")


def free_text(recording: Recording) -> list[dict[str, Any]]:
    """The calls of free-text tools that a whole recorded answer of Responses holds."""
    if recording.protocol != RESPONSES or recording.stream:
        return []
    return [item for item in recording.response["body"]["output"] if item["type"] == "custom_tool_call"]


def cited(recording: Recording) -> str | None:
    """The words of a whole recorded answer of Converse with those that stand among citations."""
    if recording.protocol != CONVERSE or recording.stream:
        return None
    pieces = recording.response["body"]["output"]["message"]["content"]
    if not any("citationsContent" in piece for piece in pieces):
        return None
    texts = [piece["citationsContent"]["content"] if "citationsContent" in piece else [piece] for piece in pieces]
    return "".join(one.get("text", "") for said in texts for one in said)


def hosts_own(recording: Recording) -> bool:
    """Whether a recorded answer of Converse holds a call that the host ran itself."""
    return recording.protocol == CONVERSE and "server_tool_use" in json.dumps(recording.response)


def refused(recording: Recording) -> bool:
    """Whether a recorded answer of Chat or Responses says in words of their own that the model refused."""
    told = recording.response
    return bool(_REFUSAL.search(told.get("sse_text") or json.dumps(told.get("body") or "")))


def written(recording: Recording) -> int:
    """The tokens that a whole recorded answer of Responses says were written to a cache."""
    usage = {} if recording.stream else recording.response["body"].get("usage") or {}
    return (usage.get("input_tokens_details") or {}).get("cache_write_tokens") or 0


EXPECTED = (
    Expected(
        "stop",
        refused,
        lambda recording: "filter",
        "T29: words of refusal are a refusal; Chat and Responses tell it in a field of its own beside a plain stop",
        (MESSAGES, GEMINI, CONVERSE),
    ),
    Expected(
        "stop",
        lambda recording: bool(recording.view["tools"]) and recording.view["stop"] == "stop",
        lambda recording: "tool",
        "T26: Chat may say `stop` beside tool calls, where a forced choice was met; in Messages it must be tool_use",
    ),
    Expected(
        "usage.cache_read",
        lambda recording: (recording.view["usage"].get("cache_read") or 0) > (recording.view["usage"].get("in") or 0),
        lambda recording: 0,
        "more tokens from the cache than in the prompt: disjoint counts cannot say it, and the prompt's count stands",
    ),
    Expected(
        "text",
        lambda recording: isinstance(content(recording), dict),
        lambda recording: json.dumps(content(recording), separators=(",", ":"), ensure_ascii=False),
        "the content is a JSON object, which the oracle does not read; it is told as its JSON text",
    ),
    Expected(
        "text",
        lambda recording: recording.view["text"].lstrip().startswith("<think>"),
        lambda recording: recording.view["text"].partition("</think>")[2].lstrip(),
        "T41: thinking that stands between tags before the words is thinking; the oracle reads it as words",
    ),
    Expected(
        "tools",
        lambda recording: any(tool.get("type") == "custom" for tool in recording.asked.get("tools") or []),
        lambda recording: [],
        "a call of a free-text tool, which callers of the other dialect cannot have declared",
    ),
    Expected(
        "tools",
        lambda recording: bool(free_text(recording)),
        lambda recording: [{"name": call["name"], "args": {"input": call["input"]}} for call in free_text(recording)],
        "T22: a call of a free-text tool, which the oracle does not read, is a function with that text",
    ),
    Expected(
        "stop",
        lambda recording: bool(free_text(recording)),
        lambda recording: "tool",
        "T22: and so the model stopped for it",
    ),
    Expected(
        "text",
        lambda recording: cited(recording) is not None,
        lambda recording: cited(recording),
        "T46: words among citations are words of the answer; the oracle reads those of Converse that stand alone",
    ),
    Expected(
        "tools",
        hosts_own,
        lambda recording: [],
        "a call that the host ran itself asks nobody for anything, and is no call elsewhere",
    ),
    Expected(
        "tools",
        lambda recording: any("__unparsed__" in call["args"] for call in recording.view["tools"]),
        lambda recording: [
            {**call, "args": {} if "__unparsed__" in call["args"] else call["args"]} for call in recording.view["tools"]
        ],
        "T14: arguments that are no JSON; here they are an object, and nothing is invented",
        (GEMINI, CONVERSE),
    ),
    Expected(
        "stop",
        lambda recording: any(tool.get("type") == "custom" for tool in recording.asked.get("tools") or []),
        lambda recording: "stop",
        "Gemini and Responses tell a stop for tools by the calls beside it, and the only call is of a free-text tool",
        (GEMINI, RESPONSES),
    ),
    Expected(
        "stop",
        lambda recording: recording.view["stop"] == "filter",
        lambda recording: "stop",
        "T24: Llama has no word for an answer that was refused; the provider's own stands in the extension",
        (LLAMA,),
    ),
    Expected(
        "usage.cache_write",
        lambda recording: bool(recording.view["usage"].get("cache_write")),
        lambda recording: 0,
        "Gemini has no count of what was written to a cache; the prompt's whole count holds it",
        (GEMINI,),
    ),
    Expected(
        "usage.cache_write",
        lambda recording: bool(recording.view["usage"].get("cache_write")),
        lambda recording: 0,
        "the oracle reads no such count in Responses, where it stands among the details of the input",
        (RESPONSES,),
    ),
    Expected(
        "usage.cache_write",
        lambda recording: recording.protocol == RESPONSES and written(recording) > 0,
        lambda recording: written(recording),
        "the oracle reads no such count in Responses: it is told elsewhere as the provider told it",
    ),
    Expected(
        "usage.reasoning",
        lambda recording: (recording.view["usage"].get("reasoning") or 0) > (recording.view["usage"].get("out") or 0),
        lambda recording: recording.view["usage"].get("out") or 0,
        "more thoughts than output: Gemini counts them apart and adds up, and the output's count stands",
        (GEMINI,),
    ),
    Expected(
        "complete",
        lambda recording: recording.view["stop"] is None,
        lambda recording: False,
        "the provider did not say why the model stopped, and nothing is invented: there is no other mark of an end",
        (GEMINI, RESPONSES),
    ),
)


@dataclass(frozen=True)
class Outcome:
    """One recording asked for in one dialect: the fields in which the answer differs from what was recorded."""

    recording: Recording
    client: str
    answer: Answer
    differs: dict[str, tuple[Any, Any]]

    @property
    def cell(self) -> tuple[str, str, bool]:
        """Caller's dialect, upstream's dialect, streamed or not."""
        return self.client, self.recording.protocol, self.recording.stream

    @property
    def unexplained(self) -> dict[str, tuple[Any, Any]]:
        """The differences that nothing in EXPECTED accounts for."""
        return {field: pair for field, pair in self.differs.items() if not self._expected(field, pair[1])}

    def _expected(self, field: str, seen: Any) -> bool:
        if self.client == self.recording.protocol:
            return False
        known = [
            one for one in EXPECTED if one.field == field and self.client in one.clients and one.when(self.recording)
        ]
        return any(one.becomes(self.recording) == seen for one in known)


def compare(recording: Recording, client: str, answer: Answer) -> dict[str, tuple[Any, Any]]:
    """The fields in which an answer differs from what was recorded, each with both values."""
    try:
        seen = view_of(client, answer.response)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return {"form": ("readable", repr(error))}
    if seen["error"]:
        return {"error": (None, seen["error"])}
    fields = {name: (recording.view[name], seen[name]) for name in ("text", "tools", "stop", "complete")}
    counts = {CONVERSE: USAGE[:-1], LLAMA: USAGE[:2]}.get(client, USAGE)
    if asks_for_usage(recording, client):
        fields |= {f"usage.{n}": (recording.view["usage"].get(n) or 0, seen["usage"].get(n) or 0) for n in counts}
    if client == recording.protocol:
        fields |= {"reasoning": (recording.view["reasoning"], seen["reasoning"])}
        fields |= {"wire": (wire(recording.response), wire(answer.response))}
    return {name: pair for name, pair in fields.items() if pair[0] != pair[1]}


def wire(response: dict[str, Any]) -> list[Any]:
    """All that an answer says, field by field, but for what the gateway writes (model, extension) and padding (`p`)."""
    if "events" in response:
        return [{"type": event["type"], **_unnamed(event["payload"])} for event in response["events"]]
    if "sse_text" not in response:
        return [_unnamed(response["body"])]
    lines = response["sse_text"].replace("\r\n", "\n").split("\n")
    data = (line.removeprefix("data:").strip() for line in lines if line.startswith("data:"))
    return [_unnamed(json.loads(text)) for text in data if text != "[DONE]"]


def _unnamed(body: Any) -> Any:
    for below in ("message", "response"):
        if isinstance(body.get(below), dict):
            body = {**body, below: _unnamed(body[below])}
    return {name: value for name, value in body.items() if name not in ("model", "modelVersion", "understudy", "p")}


def asks_for_usage(recording: Recording, client: str) -> bool:
    """Whether the caller wants to know the usage: a stream of Chat has to be asked for it."""
    if client != CHAT or not recording.stream:
        return True
    return bool((request(recording, client).get("stream_options") or {}).get("include_usage"))


@pytest.fixture(scope="module")
def outcomes(staged: Stage, table: list[str]) -> list[Outcome]:
    """Every recording in both dialects."""
    recordings, left = chosen()

    async def one(session: aiohttp.ClientSession, job: tuple[Recording, str]) -> Outcome:
        recording, client = job
        answer = await ask(session, staged.url, client, request(recording, client))
        return Outcome(recording, client, answer, compare(recording, client, answer))

    found = each([(recording, client) for recording in recordings for client in CLIENTS], one)
    table += rows(found)
    unasked = sum(not asks_for_usage(outcome.recording, outcome.client) for outcome in found)
    table.append(f"{unasked} streams of Chat callers that asked for no usage are compared without it")
    table += [f"left out: {count:4d}  {reason}" for reason, count in left.most_common()]
    report(found)
    return found


def rows(outcomes: list[Outcome]) -> list[str]:
    """The table: one line for each cell, and one for each class of difference."""
    total, agree, apart = collections.Counter[Any](), collections.Counter[Any](), collections.Counter[Any]()
    for outcome in outcomes:
        total[outcome.cell] += 1
        agree[outcome.cell] += not outcome.unexplained
        apart[outcome.cell] += bool(outcome.differs) and not outcome.unexplained
    lines = [f"{'caller':20s}{'upstream':20s}{'':10s}{'agree':>6s} /{'total':>6s}   of them expected to differ"]
    for client, upstream, stream in sorted(total):
        cell = client, upstream, stream
        numbers = f"{agree[cell]:6d} /{total[cell]:6d}   {apart[cell]:d}"
        lines.append(f"{client:20s}{upstream:20s}{MODES[stream]:10s}{numbers}")
    return lines


def report(outcomes: list[Outcome]) -> None:
    """Write every difference to the file that KIT_REPORT names."""
    path = os.environ.get("KIT_REPORT")
    if not path:
        return
    with Path(path).open("w", encoding="utf-8") as out:
        for outcome in outcomes:
            for field, (recorded, seen) in outcome.differs.items():
                known = field not in outcome.unexplained
                line = {"client": outcome.client, "id": outcome.recording.id, "field": field, "expected": known}
                out.write(json.dumps({**line, "recorded": recorded, "seen": seen}, ensure_ascii=False)[:2000] + "\n")


def test_every_expected_difference_is_met(outcomes: list[Outcome]) -> None:
    met = {
        one.why
        for one in EXPECTED
        for outcome in outcomes
        if one.field in outcome.differs
        and outcome.client in one.clients
        and outcome.client != outcome.recording.protocol
        and one.when(outcome.recording)
    }
    assert met == {one.why for one in EXPECTED}


def told(outcomes: list[Outcome]) -> str:
    """Differences in words, the first of each class of them."""
    classes: dict[tuple[str, ...], list[str]] = collections.defaultdict(list)
    for outcome in outcomes:
        classes[tuple(outcome.unexplained)].append(outcome.recording.id)
    return "\n".join(f"{len(ids)} in {', '.join(fields)}: {ids[:3]}" for fields, ids in classes.items())


@pytest.mark.parametrize("stream", [True, False], ids=MODES.values())
@pytest.mark.parametrize("upstream", DIALECTS)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_answer_says_all_that_was_recorded(
    outcomes: list[Outcome], client: str, upstream: str, stream: bool
) -> None:
    cell = [outcome for outcome in outcomes if outcome.cell == (client, upstream, stream)]
    wrong = [outcome for outcome in cell if outcome.unexplained]
    assert cell
    assert not wrong, told(wrong)


@pytest.mark.usefixtures("outcomes")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_dialects_request_goes_upstream_as_it_was(staged: Stage, dialect: str) -> None:
    sent = staged.sent()
    changed = {}
    for recording in chosen()[0]:
        asked = upstream_form({**recording.asked, "model": recording.id}, dialect)
        # The caller of the other dialect asked for it too, in other words.
        bodies = [upstream_form(body, dialect) for body in sent[recording.id]]
        if recording.protocol == dialect and asked not in bodies:
            changed[recording.id] = [name for name in asked if all(asked[name] != body.get(name) for body in bodies)]
    assert not changed


def upstream_form(body: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A streamed Chat request as if its caller had asked for usage, which the gateway always does."""
    if dialect in (GEMINI, CONVERSE):
        return {name: value for name, value in body.items() if name not in ("model", "stream")}
    if dialect != CHAT or not body.get("stream"):
        return body
    return {**body, "stream_options": {**(body.get("stream_options") or {}), "include_usage": True}}


def test_T50_every_answer_has_an_id_whose_dialect_has_one(outcomes: list[Outcome]) -> None:
    named = {CHAT: "id", LLAMA: "id", RESPONSES: "id", MESSAGES: "id", GEMINI: "responseId"}
    whole = [one for one in outcomes if one.client in named and "body" in one.answer.response]
    foreign = [one for one in whole if one.client != one.recording.protocol]
    assert foreign
    assert not [one.recording.id for one in foreign if not one.answer.response["body"].get(named[one.client])]
