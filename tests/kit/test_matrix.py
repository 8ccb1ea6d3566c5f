"""Every recorded answer, asked for through the gateway in each dialect, says what the provider said.

The recorded answer and the caller's are read by the same reader; text, tools, stop, usage and completeness must be
equal. Set KIT_REPORT to a file's name to have every disagreement written there.
"""

import collections
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.kit.page import Cell, Measured
from tests.kit.reading import View, events, read
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
from tests.kit.stage import Answer, Stage, ask, each, request

MODES = {True: "streamed", False: "whole"}
# The counts that are compared; the last is none of Converse's, and Llama has the first two alone.
USAGE = ("in", "out", "cache_read", "cache_write", "reasoning")


@dataclass(frozen=True)
class NoForm:
    """What a recorded answer says and a caller's dialect has no form for: what stands there, and where else it is told.

    Such an exchange is no evidence of agreement or of its opposite, and is counted apart.
    """

    field: str
    clients: tuple[str, ...]
    when: Callable[[View], bool]
    becomes: Callable[[View], Any]
    told: Callable[[View, Answer], bool]
    why: str


def count(view: View, name: str) -> int:
    """A count of tokens; what is not told is nothing."""
    return view["usage"].get(name) or 0


def last(answer: Answer) -> dict[str, Any]:
    """The gateway's extension of an answer, which stands in its last event that has one."""
    bodies = [answer.response["body"]] if "body" in answer.response else list(events(answer.response))
    bodies += [event["payload"] for event in answer.response.get("events", ())]
    found = [body["understudy"] for body in bodies if "understudy" in body]
    return dict(found[-1]) if found else {}


def omitted(answer: Answer) -> str:
    """What the caller was told of as left behind."""
    return ", ".join([answer.headers.get("x-understudy-omitted", ""), *last(answer).get("omitted", ())])


NO_FORMS = (
    NoForm(
        "stop",
        (LLAMA,),
        lambda view: view["stop"] == "filter",
        lambda view: "stop",
        lambda view, answer: "native_stop" in last(answer) or "content[" in omitted(answer),
        "Llama has no word for an answer that was refused (T24, T29)",
    ),
    NoForm(
        "usage.cache_write",
        (GEMINI,),
        lambda view: count(view, "cache_write") > 0,
        lambda view: 0,
        lambda view, answer: last(answer).get("cache_write_tokens") == count(view, "cache_write"),
        "Gemini has no count of what was written to a cache",
    ),
    NoForm(
        "usage.reasoning",
        (GEMINI,),
        lambda view: count(view, "reasoning") > count(view, "out"),
        lambda view: count(view, "out"),
        lambda view, answer: last(answer).get("reasoning_tokens") == count(view, "reasoning"),
        "Gemini counts thoughts beside the output, so that there cannot be more of them than of both",
    ),
    NoForm(
        "tools",
        (GEMINI, CONVERSE),
        lambda view: any("__unparsed__" in call["args"] for call in view["tools"]),
        lambda view: [
            {**call, "args": {} if "__unparsed__" in call["args"] else call["args"]} for call in view["tools"]
        ],
        lambda view, answer: "arguments" in omitted(answer),
        "arguments are an object here, and the model's are no JSON (T14)",
    ),
    NoForm(
        "complete",
        (GEMINI, RESPONSES),
        lambda view: view["stop"] is None,
        lambda view: False,
        lambda view, answer: True,
        "the provider did not say why the model stopped, and there is no other mark of an end",
    ),
)


@dataclass(frozen=True)
class Outcome:
    """One recording asked for in one dialect: the fields in which the answer differs from what was recorded."""

    recording: Recording
    client: str
    answer: Answer
    view: View
    differs: dict[str, tuple[Any, Any]]

    @property
    def cell(self) -> tuple[str, str, bool]:
        """Caller's dialect, upstream's dialect, streamed or not."""
        return self.client, self.recording.protocol, self.recording.stream

    @property
    def formless(self) -> set[str]:
        """Why the caller's dialect cannot say what differs, where that accounts for all that differs."""
        if self.client == self.recording.protocol or not self.differs:
            return set()
        reasons = [self._formless(field, pair[1]) for field, pair in self.differs.items()]
        return set() if None in reasons else {reason for reason in reasons if reason is not None}

    @property
    def wrong(self) -> bool:
        """Whether the answer says something else than what was recorded and could be said."""
        return bool(self.differs) and not self.formless

    def _formless(self, field: str, seen: Any) -> str | None:
        for one in NO_FORMS:
            known = one.field == field and self.client in one.clients and one.when(self.view)
            if known and one.becomes(self.view) == seen and one.told(self.view, self.answer):
                return one.why
        return None


def compare(recording: Recording, client: str, answer: Answer, view: View) -> dict[str, tuple[Any, Any]]:
    """The fields in which an answer differs from what was recorded, each with both values."""
    try:
        seen = read(client, answer.response)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return {"form": ("readable", repr(error))}
    if seen["error"]:
        return {"error": (None, seen["error"])}
    fields = {name: (view[name], seen[name]) for name in ("text", "tools", "stop", "complete")}
    counts = {CONVERSE: USAGE[:-1], LLAMA: USAGE[:2]}.get(client, USAGE)
    if asks_for_usage(recording, client):
        fields |= {f"usage.{name}": (count(view, name), count(seen, name)) for name in counts}
    if client == recording.protocol:
        fields |= {"reasoning": (view["reasoning"], seen["reasoning"])}
        fields |= {"wire": (wire(recording.response), wire(answer.response))}
    return {name: pair for name, pair in fields.items() if pair[0] != pair[1]}


def wire(response: dict[str, Any]) -> list[Any]:
    """All that an answer says, field by field, but for what the gateway writes (model, extension) and padding (`p`)."""
    if "events" in response:
        return [{"type": event["type"], **_unnamed(event["payload"])} for event in response["events"]]
    return [_unnamed(body) for body in ([response["body"]] if "sse_text" not in response else events(response))]


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
def outcomes(staged: Stage, measured: Measured) -> list[Outcome]:
    """Every recording in every caller's dialect."""
    recordings, left = chosen()
    views = {recording.id: read(recording.protocol, recording.response) for recording in recordings}

    async def one(session: aiohttp.ClientSession, job: tuple[Recording, str]) -> Outcome:
        recording, client = job
        answer = await ask(session, staged.url, client, request(recording, client))
        view = views[recording.id]
        return Outcome(recording, client, answer, view, compare(recording, client, answer, view))

    found = each([(recording, client) for recording in recordings for client in CLIENTS], one)
    measure(found, measured)
    measured.left.update(left)
    report(found)
    return found


def measure(outcomes: list[Outcome], measured: Measured) -> None:
    """Count the outcomes by cell, and why those without a form have none."""
    cells = collections.defaultdict(list)
    for outcome in outcomes:
        cells[outcome.cell].append(outcome)
        measured.formless.update(outcome.formless)
    for place, cell in cells.items():
        wrong, formless = sum(one.wrong for one in cell), sum(bool(one.formless) for one in cell)
        measured.answers[place] = Cell(len(cell) - wrong - formless, wrong, formless)


def report(outcomes: list[Outcome]) -> None:
    """Write every difference to the file that KIT_REPORT names."""
    path = os.environ.get("KIT_REPORT")
    if not path:
        return
    with Path(path).open("w", encoding="utf-8") as out:
        for outcome in outcomes:
            for field, (recorded, seen) in outcome.differs.items():
                line = {"client": outcome.client, "id": outcome.recording.id, "field": field, "wrong": outcome.wrong}
                out.write(json.dumps({**line, "recorded": recorded, "seen": seen}, ensure_ascii=False)[:2000] + "\n")


def test_everything_without_a_form_is_met(outcomes: list[Outcome]) -> None:
    assert {why for outcome in outcomes for why in outcome.formless} == {one.why for one in NO_FORMS}


def told(outcomes: list[Outcome]) -> str:
    """Differences in words, the first of each class of them."""
    classes: dict[tuple[str, ...], list[str]] = collections.defaultdict(list)
    for outcome in outcomes:
        classes[tuple(outcome.differs)].append(outcome.recording.id)
    return "\n".join(f"{len(ids)} in {', '.join(fields)}: {ids[:3]}" for fields, ids in classes.items())


@pytest.mark.parametrize("stream", [True, False], ids=MODES.values())
@pytest.mark.parametrize("upstream", DIALECTS)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_answer_says_all_that_was_recorded(
    outcomes: list[Outcome], client: str, upstream: str, stream: bool
) -> None:
    cell = [outcome for outcome in outcomes if outcome.cell == (client, upstream, stream)]
    wrong = [outcome for outcome in cell if outcome.wrong]
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
