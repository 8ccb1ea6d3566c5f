"""The run: every client dialect against every upstream dialect, whole and streamed, scenario by scenario.

A cell holds, in words, what differs between what the upstream said and what the client heard. A dialect in which the
gateway answers nothing but that there is no such thing, and never asks the upstream, is not served: its cells are
counted apart.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import aiohttp

from understudy.conformance.answers import Question, Wire
from understudy.conformance.asking import asked
from understudy.conformance.judging import EARLY, RELEASE_S, Case, applies, wrong
from understudy.conformance.scenarios import Scenario
from understudy.conformance.upstream import FORMS, Script, Visit

# Requests at a time where nobody says otherwise: most of a fault's time is waiting.
AT_A_TIME = 24
# By these a gateway says that it has no such endpoint.
NO_ENDPOINT = (404, 405, 501)
# It is looked this often whether the upstream's connection is closed. RELEASE_S is counted in looks and not by a clock:
# while the machine holds the judge up it sees nothing, and that is not the gateway's doing.
LOOK_S = 0.02
LOOKS = round(RELEASE_S / LOOK_S) + 1
NOT_SERVED = "not served"


@dataclass(frozen=True)
class Cell:
    """What one client heard of one upstream in one scenario; `wrong` is empty where it is all that was said.

    `served` is False where the gateway has nothing at that address.
    """

    client: str
    upstream: str
    scenario: str
    streamed: bool
    wrong: str
    served: bool = True


def cases(wires: Iterable[Wire], scenarios: tuple[Scenario, ...]) -> list[Case]:
    """All that is asked, in the order of the table."""
    upstreams = list(wires)
    forms = [FORMS[wire.name] for wire in upstreams if wire.name in FORMS]
    return [
        Case(client, upstream, scenario, streamed)
        for client in (*upstreams, *forms)
        for upstream in upstreams
        for scenario in scenarios
        if applies(upstream, scenario)
        for streamed in (False, True)
        if (scenario.streamed if streamed else scenario.whole and client not in forms)
    ]


async def judged(
    script: Script,
    url: str,
    model: Callable[[str, str], str],
    told: list[Case],
    *,
    patience_s: float,
    at_a_time: int = AT_A_TIME,
    advance: Callable[[], None] = lambda: None,
) -> list[Cell]:
    """The cells of the gateway at `url`, in the order of the cases.

    `model` names an upstream dialect's scenario as that gateway knows it.
    """
    lanes = asyncio.Semaphore(at_a_time)
    connector, limits = aiohttp.TCPConnector(limit=at_a_time), aiohttp.ClientTimeout(total=patience_s)

    async with aiohttp.ClientSession(timeout=limits, connector=connector) as session:

        async def one(place: int, case: Case) -> Cell:
            async with lanes:
                cell = await _cell(session, script, url, model(case.upstream.name, case.scenario.name), place, case)
            advance()
            return cell

        cells = await asyncio.gather(*(one(place, case) for place, case in enumerate(told)))
    return _apart(cells)


async def _cell(session: aiohttp.ClientSession, script: Script, url: str, model: str, place: int, case: Case) -> Cell:
    mark = f"question-{place}"
    question = Question(model, f"How is the harbour? ({mark})", case.streamed, case.stop)
    leave_at = EARLY if case.scenario.name == "hangup" else None
    got = await asked(session, url, case.client.ask(question), leave_at=leave_at)
    visit = script.visits.get(mark)
    if case.scenario.holds and visit is not None:
        await _released(visit)
    return Cell(
        case.client.name,
        case.upstream.name,
        case.scenario.name,
        case.streamed,
        wrong(case, got, visit),
        served=visit is not None or got.status not in NO_ENDPOINT,
    )


async def _released(visit: Visit) -> None:
    """Wait until the gateway closed the connection, for as long as it may take."""
    for _ in range(LOOKS):
        if visit.gone:
            return
        await asyncio.sleep(LOOK_S)


def _apart(cells: list[Cell]) -> list[Cell]:
    """A cell is apart only with all of its client's: a single 404 is a wrong answer."""
    served = {cell.client for cell in cells if cell.served}
    return [replace(cell, served=True) if cell.client in served else replace(cell, wrong=NOT_SERVED) for cell in cells]
