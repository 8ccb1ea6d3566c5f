"""`understudy conformance`: does a gateway tell its callers what its upstreams said? Ours, or any other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress
from rich.table import Table

from understudy.bench.serving import NotUp
from understudy.cli.conformance_clients import Asked, run_clients
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out
from understudy.conformance.answers import BROKEN, SCENARIOS
from understudy.conformance.own import MODEL, own_gateway
from understudy.conformance.run import Cell, judged
from understudy.conformance.upstream import WIRES, scripted

_HEAD = ["client, upstream", *(wire.name for wire in WIRES)]
CELLS = len(WIRES) ** 2 * (2 * len(SCENARIOS) - len(BROKEN))


def run(
    url: Annotated[str | None, typer.Option(help="A gateway that is up already; else Understudy is started.")] = None,
    port: Annotated[int, typer.Option(help="Where the scripted upstream listens; 0 takes any free port.")] = 0,
    model: Annotated[str | None, typer.Option(help="How that gateway calls an upstream's scenario.")] = None,
    json: JsonOption = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table to this file besides, as Markdown.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a cell differs.")] = False,
    clients: Annotated[bool, typer.Option("--clients", help="Run real coding clients instead.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="With --clients: this client alone; repeatable.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="With --clients: where they are installed; else the PATH.")
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="With --clients: install what --folder lacks.")] = False,
) -> None:
    """Hold what clients hear against what upstreams said: 4 client dialects, 4 upstream dialects, 9 scenarios.

    A scripted upstream on loopback says known answers in OpenAI Chat, OpenAI Responses, Anthropic Messages and Gemini:
    plain text, parallel calls, an answer cut by its length, cached tokens, thinking, a refusal, a 429, a stream that
    breaks off, a stream that fails in-band. Each client asks whole and streamed.

    To judge another gateway, fix the upstream's port, give that gateway the upstream as provider of each dialect with
    the model names that --model makes, and pass its --url: `{upstream}` is chat, responses, messages or gemini,
    `{scenario}` the scenario, which the upstream must be asked for.

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
    try:
        cells = asyncio.run(_cells(url, port, model))
    except NotUp as error:
        give_up(str(error), status=EXIT_FAILED)
    except OSError as error:
        give_up(f"the scripted upstream cannot listen: {error.strerror or error}", "Choose another --port.")
    wrong = [cell for cell in cells if cell.wrong]
    out.print(_table(cells))
    for cell in wrong:
        way = "streamed" if cell.streamed else "whole"
        out.print(f"{cell.client} <- {cell.upstream}, {cell.scenario}, {way}: {cell.wrong}", markup=False)
    out.print(f"{len(cells) - len(wrong)} of {len(cells)} cells agree")
    if json is not None:
        json.write_bytes(msgspec.json.encode({"cells": [asdict(cell) for cell in cells]}))
    if markdown is not None:
        markdown.write_text("\n".join(_markdown(cells)) + "\n", encoding="utf-8")
    if check and wrong:
        raise typer.Exit(EXIT_FAILED)


async def _cells(url: str | None, port: int, pattern: str) -> list[Cell]:
    cells = []
    async with scripted(port) as upstream, _gateway(url, upstream) as gateway:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("asking", total=CELLS)
            async for cell in judged(gateway.rstrip("/"), _names(pattern)):
                cells.append(cell)
                progress.advance(task)
    return cells


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


def _table(cells: list[Cell]) -> Table:
    """Client dialects by upstream dialects: how many cells agree of how many, and the scenarios that do not."""
    table = Table(*_HEAD, box=None)
    for row in _rows(cells):
        table.add_row(*row)
    return table


def _markdown(cells: list[Cell]) -> Iterator[str]:
    """The same table as Markdown has it."""
    for row in (_HEAD, ["---"] * len(_HEAD), *_rows(cells)):
        yield "| " + " | ".join(row) + " |"


def _rows(cells: list[Cell]) -> Iterator[list[str]]:
    for client in WIRES:
        row = [client.name]
        for upstream in WIRES:
            mine = [cell for cell in cells if (cell.client, cell.upstream) == (client.name, upstream.name)]
            bad = sorted({cell.scenario for cell in mine if cell.wrong})
            agree = sum(not cell.wrong for cell in mine)
            row.append(f"{agree}/{len(mine)}" + (f" ({', '.join(bad)})" if bad else ""))
        yield row
