"""`understudy conformance`: does a gateway tell its callers what its upstreams said? Ours, or any other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.progress import Progress
from rich.table import Table

from understudy.bench.serving import NotUp
from understudy.cli.conformance_clients import Asked, run_clients
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out, write_json
from understudy.conformance.answers import Wire
from understudy.conformance.judging import Case
from understudy.conformance.own import MODEL, own_gateway
from understudy.conformance.run import AT_A_TIME, Cell, cases, judged
from understudy.conformance.scenarios import GROUPS, SCENARIOS, chosen
from understudy.conformance.telling import markdown as as_markdown
from understudy.conformance.telling import shortfalls, summary, tables
from understudy.conformance.upstream import BY_NAME, WIRES, scripted

# Above the longest of our own gateway's time-outs here; other gateways have their own.
PATIENCE_S = 30.0
PatienceOption = Annotated[
    float, typer.Option(help="Seconds to wait for an answer; more than that gateway's own time-outs.")
]
PaceOption = Annotated[
    int, typer.Option(min=1, help="Requests at a time; fewer for a gateway that is slow, since some cells are timed.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(help="A scenario, or a group: said, errors, faults; with --clients a client. May be repeated."),
]
DialectOption = Annotated[
    list[str] | None, typer.Option(help="Ask in these dialects, of these dialects; all if none. May be repeated.")
]


class Pace(NamedTuple):
    """How long an answer is waited for, and how many at a time."""

    patience_s: float
    at_a_time: int


def run(
    url: Annotated[str | None, typer.Option(help="A gateway that is up already; else Understudy is started.")] = None,
    port: Annotated[int, typer.Option(help="Where the scripted upstream listens; 0 takes any free port.")] = 0,
    model: Annotated[str | None, typer.Option(help="How that gateway calls an upstream's scenario.")] = None,
    patience: PatienceOption = PATIENCE_S,
    at_a_time: PaceOption = AT_A_TIME,
    only: OnlyOption = None,
    dialect: DialectOption = None,
    json: JsonOption = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file besides, as Markdown.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 if a cell differs, or a dialect is not served.")
    ] = False,
    clients: Annotated[bool, typer.Option("--clients", help="Run real coding clients instead.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="With --clients: where they are installed; else the PATH.")
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="With --clients: install what --folder lacks.")] = False,
) -> None:
    """Hold what clients hear against what upstreams did: 6 client dialects, 6 upstream dialects, whole and streamed.

    A scripted upstream on loopback answers, and fails, in OpenAI Chat, OpenAI Responses, Anthropic
    Messages, Gemini, Bedrock Converse and the Llama API's own shape: chat, responses, messages,
    gemini, converse, llama. Scenarios come in three groups:

    - said (answers): text, tools, length, stop, usage, thinking, refusal
    - errors (statuses): error-400 to error-529
    - faults (what breaks): cut (F1), eof (F2), stall (F3), garbage (F4), inband (F5), inband-first (F5a), inband-late
      (S1), slow (F7), halftool (F8), pings (F9), page (F10), nodone, and hangup, where it is the client that goes

    To judge another gateway, fix the upstream's port, give that gateway the upstream as provider of
    each dialect with the model names that --model makes, and pass its --url. In --model,
    `{upstream}` is the dialect and `{scenario}` the scenario, which the upstream must be asked for.
    Switch that gateway's retries off, and set its time-outs below --patience.

    With --clients real coding clients run headless through the gateway, each in an empty home: Claude Code, Codex,
    gemini-cli, OpenCode, qwen-code, Cline, Continue and aider. Each answers one question in words and runs one errand
    with a tool, with an upstream of every dialect, and once more with a model that it has built in by name. A client
    that is not installed fails: `--install --folder clients` installs all by npm and pip, at the versions that were
    tried. The only `{scenario}` is `coding`.
    """
    if clients:
        return run_clients(Asked(url, port, model, only or (), folder, install, json, markdown, check))
    model = model or MODEL
    if "{upstream}" not in model or "{scenario}" not in model:
        give_up(f"--model {model!r} is no pattern", "Write it with {upstream} and {scenario} in it.")
    told = _cases(only or [], dialect or [])
    try:
        cells = asyncio.run(_cells(told, url, port, model, Pace(patience, at_a_time)))
    except NotUp as error:
        give_up(str(error), status=EXIT_FAILED)
    except OSError as error:
        give_up(f"the scripted upstream cannot listen: {error.strerror or error}", "Choose another --port.")
    fallen = list(shortfalls(cells))
    _print(cells, fallen)
    write_json(json, {"cells": [asdict(cell) for cell in cells]})
    if markdown is not None:
        markdown.write_text("\n".join(as_markdown(cells)), encoding="utf-8")
    if check and fallen:
        raise typer.Exit(EXIT_FAILED)


def _print(cells: list[Cell], fallen: list[str]) -> None:
    for group, rows in tables(cells):
        table = Table(*rows[0], box=None, title=group, title_justify="left")
        for row in rows[1:]:
            table.add_row(*row)
        out.print(table)
    for line in fallen:
        out.print(line, markup=False, soft_wrap=True)
    out.print(summary(cells))


def _cases(only: list[str], dialects: list[str]) -> list[Case]:
    """What is to be asked; a name that means nothing ends the command with those that do."""
    for name in dialects:
        if name not in BY_NAME:
            give_up(f"--dialect {name!r} is none", f"Choose of {', '.join(BY_NAME)}.")
    wires: list[Wire] = [wire for wire in WIRES if not dialects or wire.name in dialects]
    try:
        return cases(wires, chosen(only))
    except ValueError as error:
        known = (*GROUPS, *(scenario.name for scenario in SCENARIOS))
        give_up(f"--only {error} is no scenario", f"Choose of {', '.join(known)}.")


async def _cells(told: list[Case], url: str | None, port: int, pattern: str, pace: Pace) -> list[Cell]:
    # The upstream holds what nobody closes a little longer than the client waits, so that its end is no gateway's deed.
    async with scripted(port, pace.patience_s + 1) as script, _gateway(url, script.url) as gateway:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("asking", total=len(told))
            return await judged(
                script,
                gateway.rstrip("/"),
                _names(pattern),
                told,
                patience_s=pace.patience_s,
                at_a_time=pace.at_a_time,
                advance=lambda: progress.advance(task),
            )


def _names(pattern: str) -> Callable[[str, str], str]:
    def named(upstream: str, scenario: str) -> str:
        return pattern.replace("{upstream}", upstream).replace("{scenario}", scenario)

    return named


@asynccontextmanager
async def _gateway(url: str | None, upstream: str) -> AsyncIterator[str]:
    if url is not None:
        yield url
        return
    async with own_gateway(upstream) as own:
        yield own
