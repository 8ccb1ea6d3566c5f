"""The run: every client with every upstream, both tasks each, one after another so that the upstream knows who asks.

A cell holds, in words, what went wrong: how the client ended, what it did not print, what its tool did not do, what did
not come back upstream.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from understudy.conformance.clients.requests import Seen
from understudy.conformance.clients.running import RUN_S, Ran, program, run
from understudy.conformance.clients.table import Client
from understudy.conformance.clients.tasks import TASKS, TEXT, Task, grown, new_seed, report
from understudy.conformance.clients.upstream import Upstream
from understudy.conformance.own import CONFIG

UPSTREAMS = ("chat", "responses", "messages", "gemini")
# A column of its own: the client asks for models that it has built in, and the gateway's aliases say who answers. One
# of them brings free-text tools with it, to whatever dialect.
BUILT_IN = "built-in"
COLUMNS = (*UPSTREAMS, BUILT_IN)
# How the gateway that is started here calls an upstream's model, and what stands behind names that are built in.
MODEL = "{upstream}-coding"
CODING_CONFIG = (
    CONFIG
    + "".join(f"  - {{{{name: {name}-coding, provider: scripted-{name}, model: coding}}}}\n" for name in UPSTREAMS)
    + 'aliases: {{"gpt-6.2-sol": responses-coding, "gpt-6.2-astra": chat-coding, "gpt-6.1-sol": gemini-coding, '
    + '"claude-*": chat-coding, "gpt-*": messages-coding, "gemini-*": responses-coding}}\n'
)
# How much of what a client printed last is told where something went wrong.
_TOLD_CHARS = 300


@dataclass(frozen=True)
class Cell:
    """One client with one upstream at one task; `wrong` is empty where all was as it must be."""

    client: str
    upstream: str
    task: Task
    wrong: str
    requests: int
    seconds: float


async def judged(
    clients: Sequence[Client], folder: Path | None, upstream: Upstream, url: str, named: Callable[[str], str]
) -> AsyncIterator[Cell]:
    """All cells of the gateway at `url`; `named` says how it calls an upstream's model."""
    for client in clients:
        at = program(client, folder)
        columns = [(column, named(column)) for column in UPSTREAMS] + [(BUILT_IN, name) for name in client.built_in]
        for column, model in columns:
            for task in TASKS:
                if at is None:
                    yield Cell(client.name, column, task, f"not installed; {client.remedy}", 0, 0.0)
                    continue
                upstream.taken()
                seed, begun = new_seed(), monotonic()
                ran = await run(client, at, task, seed, url=url, model=model)
                spent_s, asked = monotonic() - begun, upstream.taken()
                wrong = wrong_with(ran, asked, column, task, seed)
                yield Cell(client.name, column, task, wrong, len(asked), round(spent_s, 1))


def wrong_with(ran: Ran, asked: list[tuple[str, Seen]], column: str, task: Task, seed: str) -> str:
    """What is wrong with a run, in words; empty if nothing is."""
    made = grown(seed)
    words = TEXT if task == "text" else report(made)
    faults = []
    if ran.status is None:
        faults.append(f"not done within {RUN_S:g} s")
    elif ran.status:
        faults.append(f"exit status {ran.status}")
    if column in UPSTREAMS and column not in {name for name, _ in asked}:
        faults.append("the upstream was not asked")
    if task == "tool":
        if made not in ran.made:
            faults.append("its tool did not run")
        if not any(made in seen.results or made in seen.said for _, seen in asked):
            faults.append("the tool's result did not come back")
    if words not in ran.printed:
        faults.append(f"the answer was not told: {ran.printed.strip()[-_TOLD_CHARS:]!r}")
    return "; ".join(faults)
