"""`understudy conformance --clients`: real coding clients through a gateway, by configuration alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.progress import Progress
from rich.table import Table

from understudy.bench.serving import NotUp
from understudy.cli.screen import EXIT_FAILED, err, give_up, out, write_json
from understudy.conformance.clients.installing import NotInstalled, install
from understudy.conformance.clients.run import CODING_CONFIG, COLUMNS, MODEL, UPSTREAMS, Cell, judged
from understudy.conformance.clients.running import program
from understudy.conformance.clients.table import CLIENTS, Client
from understudy.conformance.clients.tasks import TASKS
from understudy.conformance.clients.upstream import coding_upstream
from understudy.conformance.own import own_gateway

_HEAD = ["client (its dialect), upstream", *COLUMNS]


@dataclass(frozen=True)
class Asked:
    """What the command was asked for."""

    url: str | None
    port: int
    model: str | None
    only: Sequence[str]
    folder: Path | None
    install: bool
    json: Path | None
    markdown: Path | None
    check: bool


def run_clients(asked: Asked) -> None:
    """Run the clients, print their table, and what went wrong."""
    clients = _chosen(asked.only)
    pattern = asked.model or MODEL
    if "{upstream}" not in pattern:
        give_up(f"--model {pattern!r} is no pattern", "Write it with {upstream} in it.")
    if asked.install and asked.folder is None:
        give_up("--install needs a --folder", "The clients are installed there, and looked for there.")
    try:
        cells = asyncio.run(_cells(asked, clients, pattern))
    except (NotUp, NotInstalled) as error:
        give_up(str(error), status=EXIT_FAILED)
    except OSError as error:
        give_up(f"the scripted upstream cannot listen: {error.strerror or error}", "Choose another --port.")
    wrong = [cell for cell in cells if cell.wrong]
    table = Table(*_HEAD, box=None)
    rows = list(_rows(clients, cells))
    for row in rows:
        table.add_row(*row)
    out.print(table)
    for cell in wrong:
        out.print(f"{cell.client} <- {cell.upstream}, {cell.task}: {cell.wrong}", markup=False)
    out.print(f"{len(cells) - len(wrong)} of {len(cells)} tasks done")
    write_json(asked.json, {"cells": [asdict(cell) for cell in cells]})
    if asked.markdown is not None:
        lines = ["| " + " | ".join(row) + " |" for row in (_HEAD, ["---"] * len(_HEAD), *rows)]
        asked.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if asked.check and wrong:
        raise typer.Exit(EXIT_FAILED)


def _chosen(only: Sequence[str]) -> list[Client]:
    known = [client.name for client in CLIENTS]
    for name in only:
        if name not in known:
            give_up(f"there is no client {name!r}", f"Known: {', '.join(known)}.")
    return [client for client in CLIENTS if not only or client.name in only]


async def _cells(asked: Asked, clients: Sequence[Client], pattern: str) -> list[Cell]:
    def named(upstream: str) -> str:
        return pattern.replace("{upstream}", upstream).replace("{scenario}", "coding")

    if asked.install and asked.folder is not None:
        missing = [client for client in clients if program(client, asked.folder) is None]
        err.print(f"installing {', '.join(client.package for client in missing) or 'nothing'}")
        await install(missing, asked.folder)
    cells = []
    total = len(TASKS) * sum(len(UPSTREAMS) + len(client.built_in) for client in clients)
    async with coding_upstream(asked.port) as upstream, _gateway(asked.url, upstream.url) as gateway:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("running", total=total)
            async for cell in judged(clients, asked.folder, upstream, gateway.rstrip("/"), named):
                cells.append(cell)
                progress.update(task, advance=1, description=f"{cell.client} <- {cell.upstream}")
    return cells


@asynccontextmanager
async def _gateway(url: str | None, upstream: str) -> AsyncIterator[str]:
    if url is not None:
        yield url
        return
    async with own_gateway(upstream, CODING_CONFIG) as own:
        yield own


def _rows(clients: Sequence[Client], cells: list[Cell]) -> Iterator[list[str]]:
    """Clients by upstream dialects: how many tasks were done of how many, and which were not."""
    for client in clients:
        row = [f"{client.name} ({client.dialect})"]
        for column in COLUMNS:
            mine = [cell for cell in cells if (cell.client, cell.upstream) == (client.name, column)]
            bad = [cell.task for cell in mine if cell.wrong]
            row.append(f"{len(mine) - len(bad)}/{len(mine)}" + (f" ({', '.join(bad)})" if bad else ""))
        yield row
