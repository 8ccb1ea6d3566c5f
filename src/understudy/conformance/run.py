"""The run: every client dialect against every upstream dialect, whole and streamed, scenario by scenario.

A cell holds, in words, what differs between what the upstream said and what the client heard.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, fields
from typing import Any

import aiohttp

from understudy.conformance.answers import BROKEN, ERROR_STATUS, SAID, SCENARIOS, Answer, Asked, Heard, Scenario, Wire
from understudy.conformance.upstream import WIRES

# A gateway that has not answered by then has lost the request.
ANSWER_S = 30.0
# Statuses by which a gateway turns the request itself away: they say nothing of how it treats a stream that breaks.
REFUSED = (400, 401, 403, 404)


@dataclass(frozen=True)
class Cell:
    """What one client heard of one upstream in one scenario; `wrong` is empty where it is all that was said."""

    client: str
    upstream: str
    scenario: str
    streamed: bool
    wrong: str


async def judged(url: str, model: Callable[[str, str], str]) -> AsyncIterator[Cell]:
    """All cells of the gateway at `url`; `model` names an upstream dialect's scenario as that gateway knows it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
        for client in WIRES:
            for upstream in WIRES:
                for scenario in SCENARIOS:
                    for streamed in (True,) if scenario in BROKEN else (False, True):
                        asked = client.ask(model(upstream.name, scenario), stream=streamed)
                        wrong = await _wrong(session, url, client, scenario, asked, streamed=streamed)
                        yield Cell(client.name, upstream.name, scenario, streamed, wrong)


async def _wrong(
    session: aiohttp.ClientSession, url: str, client: Wire, scenario: Scenario, asked: Asked, *, streamed: bool
) -> str:
    try:
        async with session.post(url + asked.path, json=asked.body, headers=asked.headers) as response:
            body = await response.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        # A stream that was cut off toward the client too told no ending.
        cut = scenario in BROKEN and isinstance(error, aiohttp.ClientPayloadError)
        return "" if cut else f"no answer: {type(error).__name__}"
    try:
        return _judge(client, scenario, response.status, body, streamed=streamed)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return f"not an answer of this dialect ({type(error).__name__}: {error})"


def _judge(client: Wire, scenario: Scenario, status: int, body: bytes, *, streamed: bool) -> str:
    if scenario == "error":
        if status != ERROR_STATUS:
            return f"status {status} for {ERROR_STATUS}"
        return "" if client.is_error(json.loads(body)) else "an error in no form of this dialect"
    if scenario in BROKEN and status >= 400 and status not in REFUSED:
        return "" if client.is_error(json.loads(body)) else "an error in no form of this dialect"
    if status != 200:
        return f"status {status}: {body[:120].decode('utf-8', 'replace')}"
    heard = client.listen(events_of(body)) if streamed else Heard(client.hear(json.loads(body)), ended=True)
    if scenario in BROKEN:
        if heard.ended:
            return "an ending was told of an answer that broke off"
        return "" if heard.failed else "the stream stops without an error"
    if heard.failed or not heard.ended:
        return "an error was told" if heard.failed else "no ending was told"
    return difference(SAID[scenario], heard.answer, scenario)


def difference(said: Answer, heard: Answer, scenario: Scenario) -> str:
    """What differs, in words. A refusal's words may stay behind, and a count of cached tokens that nobody told is 0."""
    wrong = []
    for field in fields(Answer):
        mine, other = getattr(said, field.name), getattr(heard, field.name)
        if field.name == "text" and scenario == "refusal" and not other:
            continue
        if field.name == "cached":
            mine, other = mine or 0, other or 0
        if mine != other:
            wrong.append(f"{field.name} {other!r} for {mine!r}")
    return "; ".join(wrong)


def events_of(body: bytes) -> list[Any]:
    """The events of a stream; one that is no JSON as its text."""
    events: list[Any] = []
    for block in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = [line.removeprefix(b"data:").strip() for line in block.split(b"\n") if line.startswith(b"data:")]
        if lines:
            text = b"\n".join(lines).decode("utf-8", "replace")
            try:
                events.append(json.loads(text))
            except ValueError:
                events.append(text)
    return events
