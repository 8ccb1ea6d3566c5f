"""What is wrong with an answer, in words; nothing where it tells what the upstream did. Pure but for its arguments."""

import json
from dataclasses import dataclass, fields
from typing import Any

from understudy.conformance.answers import MESSAGE, STOP_SEQUENCE, Answer, Due, Failure, Wire
from understudy.conformance.asking import Got
from understudy.conformance.scenarios import Scenario
from understudy.conformance.upstream import Visit

# Clients of some makers give up on a longer silence; half a second is for the machine that judges.
SILENT_S = 10.5
# How long a gateway may keep a connection that nobody needs any more.
RELEASE_S = 0.25
# A word that every streamed answer says before it breaks.
EARLY = b"harbour"
# What a client's text begins with in a page.
_PAGE = "db-7.internal"


@dataclass(frozen=True)
class Case:
    """One cell: who asks whom, what happens, and how the answer is wanted."""

    client: Wire
    upstream: Wire
    scenario: Scenario
    streamed: bool

    @property
    def due(self) -> Due | None:
        """How the scenario's failure must be told."""
        return None if self.scenario.cause is None else self.client.due[self.scenario.cause]

    @property
    def stop(self) -> str | None:
        """The stop sequence that is asked for, where the client can ask."""
        if self.scenario.name != "stop" or self.client.stop_sequences({}) is None:
            return None
        return STOP_SEQUENCE

    @property
    def expected(self) -> Answer:
        """What the client must hear: all that both dialects have words for."""
        return self.client.within(self.upstream.within(self.scenario.said))


def applies(upstream: Wire, scenario: Scenario) -> bool:
    """Whether an upstream of this dialect can do it: what a scenario is about, its dialect must have words for."""
    if scenario.upstreams:
        return upstream.name in scenario.upstreams
    said = upstream.within(scenario.said)
    return scenario.name not in ("thinking", "refusal") or said == scenario.said


def wrong(case: Case, got: Got, visit: Visit | None) -> str:
    """What differs, in words."""
    if got.lost:
        return f"no answer: {got.lost}"
    try:
        words = _told(case, got)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return f"not an answer of this dialect ({type(error).__name__}: {error})"
    return words or _seen(case, got, visit)


def _told(case: Case, got: Got) -> str:
    if case.scenario.name == "hangup":
        return "" if got.status == 200 and EARLY in got.body else f"no words came, status {got.status}"
    if case.due is None:
        return _success(case, got)
    if got.status != 200:
        return _refusal(case, case.due, got)
    if not case.streamed or not case.scenario.opened:
        return f"status 200 for {case.due.statuses[0]}"
    return _broken(case, case.due, got)


def _success(case: Case, got: Got) -> str:
    if got.status != 200:
        return f"status {got.status}: {got.body[:120].decode('utf-8', 'replace')}"
    if not case.streamed:
        return difference(case.expected, case.client.hear(json.loads(got.body)), case.scenario.name)
    heard = case.client.listen(case.client.events(got.body))
    if heard.failure is not None or not heard.ended:
        return "no ending was told" if heard.failure is None else f"an error was told: {heard.failure.message}"
    if got.torn:
        return "the connection was torn, not closed"
    return "; ".join(heard.flaws) or difference(case.expected, heard.answer, case.scenario.name)


def _refusal(case: Case, due: Due, got: Got) -> str:
    """A failure that is told by a status."""
    if _PAGE.encode() in got.body:
        return "the upstream's page was passed on"
    if got.status not in due.statuses:
        return f"status {got.status} for {due.statuses[0]}"
    body: Any = json.loads(got.body)
    failure = case.client.failure(body, got.headers) if isinstance(body, dict) else None
    if case.scenario.name == "error-429" and "retry-after" not in got.headers:
        return "no retry-after"
    return _unlike(case, failure, due.words)


def _broken(case: Case, due: Due, got: Got) -> str:
    """A failure that is told inside a stream."""
    heard = case.client.listen(case.client.events(got.body))
    if heard.ended:
        return "an ending was told of an answer that broke off"
    if heard.failure is None:
        return "the stream stops without an error"
    if got.torn:
        return "the connection was torn, not closed"
    if heard.closed:
        return "a call that was cut off was told as done"
    if not case.scenario.said.text.startswith(heard.answer.text):
        return f"text {heard.answer.text!r} for {case.scenario.said.text!r}"
    return "; ".join(heard.flaws) or _unlike(case, heard.failure, due.inband)


def _unlike(case: Case, failure: Failure | None, words: tuple[str, ...]) -> str:
    if failure is None:
        return "an error in no form of this dialect"
    if words and not set(failure.words) & set(words):
        return f"told as {', '.join(failure.words) or 'nothing'}, for {words[0]}"
    told = case.scenario.cause is not None and case.scenario.cause.isdecimal()
    return "the upstream's message is lost" if told and MESSAGE not in failure.message else ""


def _seen(case: Case, got: Got, visit: Visit | None) -> str:
    """What the upstream, or a clock, saw."""
    if got.silent_s > SILENT_S:
        return f"silent for {got.silent_s:.0f} s"
    if case.scenario.holds and visit is not None and not visit.gone:
        return f"the upstream's connection was still open {RELEASE_S * 1000:.0f} ms after the end"
    if case.stop is not None and case.upstream.stop_sequences({}) is not None:
        stops = [] if visit is None else visit.stops
        return "" if stops == [case.stop] else f"the upstream was to stop at {stops!r}, for {[case.stop]!r}"
    return ""


def difference(said: Answer, heard: Answer, scenario: str) -> str:
    """What differs, in words. A refusal's words may stay behind, and a count of cached tokens that nobody told is 0."""
    different = []
    for field in fields(Answer):
        mine, other = getattr(said, field.name), getattr(heard, field.name)
        if field.name == "text" and scenario == "refusal" and not other:
            continue
        if field.name == "cached":
            mine, other = mine or 0, other or 0
        if mine != other:
            different.append(f"{field.name} {other!r} for {mine!r}")
    return "; ".join(different)
