"""The demo, from beginning to end: a real own model, a stand-in for a rented one, the server, a few thousand requests.

It drives `understudy serve` from outside, over HTTP, as anyone would. It starts four things on loopback: llama.cpp
with the tiny model, the stand-in, the relay that can be broken, and the server; and it stops them again.
"""

import asyncio
import contextlib
import secrets
import shutil
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import aiohttp
from aiohttp import web
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax

from understudy.bench.serving import served
from understudy.demo import config, report, truth
from understudy.demo.measure import measure
from understudy.demo.play import Player, traffic
from understudy.demo.relay import Relay
from understudy.demo.stand_in import ERROR_RATE, StandIn
from understudy.demo.table import screen
from understudy.demo.watching import POLL_S, Sight, Watcher
from understudy.engines.llama_cpp import LlamaCpp, build_of, free_port

# The most requests of the main part: the slowest slices that can be decided are decided by then.
MAX_REQUESTS = 3600
# The fewest: by then all is decided as a rule, and what was decided has had time to pay.
MIN_REQUESTS = 2400
# How many are played between two looks at whether all is decided.
STEP = 120
# The most requests of the broken slice: a total failure is found after about fifteen.
MAX_FAULT_REQUESTS = 400
FAULT_STEP = 20
MEASURED_PER_KIND = 200
SLOTS = 8
DECIDED = ("watching", "stopped", "rolled back", "alarmed")
FILE_NAME = "demo-report.html"


class DemoFailed(Exception):
    """The demo could not run; the message says why."""


@dataclass
class Stage:
    """What the run knows while it runs."""

    folder: Path
    seed: int
    model: Path
    console: Console
    notes: list[str] = field(default_factory=list)
    reached: dict[str, float] = field(default_factory=dict)
    fault_at: int | None = None
    fault_kind: str | None = None
    fault_words: str = "No fault was injected: no slice stood at 100 %."


def shipped_model() -> Path:
    """The tiny model that ships with the package."""
    return Path(str(resources.files("understudy.demo").joinpath("own.gguf")))


def prepare(folder: Path) -> Path:
    """An empty folder for this run; only what an earlier run left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("understudy.yaml", "demo.db", "demo.db-wal", "demo.db-shm", "understudy.secret", "server.log"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "demo.spool", ignore_errors=True)
    return folder


async def run(stage: Stage, *, max_requests: int = MAX_REQUESTS, keep: bool = False) -> report.Run:
    """The whole demo; with `keep`, the server stays up until a signal comes."""
    key = secrets.token_urlsafe(16)
    # One thread: the model is so small that a second one waits for the first.
    engine = LlamaCpp(stage.model, key=key, slots=SLOTS, context=256, threads=1)
    with engine:
        stand_in, relay = StandIn(stage.seed), Relay(engine.url, key)
        rented_port, own_port, port = free_port(), free_port(), free_port()
        path = config.write(
            stage.folder,
            port=port,
            rented_url=f"http://127.0.0.1:{rented_port}/v1",
            own_url=f"http://127.0.0.1:{own_port}/v1",
            build=build_of(stage.model),
            slots=SLOTS,
        )
        stage.console.print(f"[bold]{path}[/]")
        stage.console.print(Syntax(path.read_text(encoding="utf-8"), "yaml", background_color="default"))
        async with (
            _served(stand_in.application(), rented_port),
            _served(relay.application(), own_port),
            contextlib.aclosing(relay),
            served(path, port, stage.folder / "server.log") as url,
        ):
            told = await _play(stage, url, relay, max_requests)
            measured = await measure(engine.url, "own", stage.seed + 1, MEASURED_PER_KIND, key=key)
            finished = _told(stage, told, measured)
            if keep:
                stage.console.print(f"The server stays up at {url}; Ctrl-C ends it.")
                await _until_interrupted()
    return finished


async def _play(stage: Stage, url: str, relay: Relay, max_requests: int) -> tuple[list[Sight], float]:
    player, watcher = Player(f"{url}/v1"), Watcher(url)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=stage.console
    )
    bar = progress.add_task("requests", total=max_requests)
    begun = time.monotonic()
    live = Live(
        get_renderable=lambda: screen(_last(watcher), progress, stage.notes, width=stage.console.width),
        console=stage.console,
    )
    async with aiohttp.ClientSession() as session, contextlib.aclosing(player):
        with live:
            async with asyncio.TaskGroup() as group:
                polling = group.create_task(_poll(watcher, player, session, progress, bar))
                await _main_part(player, watcher, max_requests, stage.seed)
                await watcher.settle(session, player.score.asked)
                _note_reached(stage, watcher)
                await _fault_part(stage, player, watcher, relay)
                polling.cancel()
            await watcher.settle(session, player.score.asked)
            progress.update(bar, total=player.score.asked, completed=player.score.asked)
    if player.score.failed:
        raise DemoFailed(f"{player.score.failed} requests failed; {stage.folder / 'server.log'} has the reason")
    return watcher.sights, time.monotonic() - begun


async def _poll(
    watcher: Watcher, player: Player, session: aiohttp.ClientSession, progress: Progress, bar: TaskID
) -> None:
    while True:
        await watcher.look(session, player.score.asked)
        progress.update(bar, completed=player.score.asked)
        await asyncio.sleep(POLL_S)


async def _main_part(player: Player, watcher: Watcher, max_requests: int, seed: int) -> None:
    """Play the whole mix until every slice is decided, or long enough."""
    tasks = traffic(seed)
    while player.score.asked < max_requests:
        await player.play(tasks, STEP)
        last = _last(watcher)
        decided = last is not None and last.slices and all(one["status"] in DECIDED for one in last.slices)
        if decided and player.score.asked >= MIN_REQUESTS:
            return


def _note_reached(stage: Stage, watcher: Watcher) -> None:
    stage.reached = {one["kind"]: one["share"] for one in watcher.sights[-1].slices}


async def _fault_part(stage: Stage, player: Player, watcher: Watcher, relay: Relay) -> None:
    """Break the own deployment for one slice that it serves whole, and play that kind until the alarm."""
    whole = [one for one in watcher.sights[-1].slices if one["share"] == 1.0]
    if not whole:
        return
    victim = max(whole, key=lambda one: int(one["pairs"]))
    kind, hypothesis = str(victim["kind"]), victim["hypothesis"]
    relay.broken = stage.fault_kind = kind
    stage.fault_at = player.score.asked
    stage.notes.append(f"fault injected: from request {stage.fault_at} on, the own deployment spoils {kind!r}")
    tasks = traffic(stage.seed + 2, (kind,))
    for _ in range(MAX_FAULT_REQUESTS // FAULT_STEP):
        await player.play(tasks, FAULT_STEP)
        await asyncio.sleep(POLL_S)
        now = next(one for one in watcher.sights[-1].slices if one["kind"] == kind)
        if now["hypothesis"] != hypothesis or now["status"] in ("rolled back", "alarmed"):
            asked = player.score.asked - stage.fault_at
            stage.fault_words = (
                f"At request {stage.fault_at} the own deployment was broken for {kind!r}. Within {asked} requests of "
                f"it: {now['last_fall']}. New requests went back to the rented model."
            )
            stage.notes.append(f"{kind!r} within {asked} requests: {now['last_fall']}")
            return
    stage.fault_words = f"The fault on {kind!r} was not found within {MAX_FAULT_REQUESTS} requests."
    stage.notes.append(stage.fault_words)


def _told(stage: Stage, told: tuple[list[Sight], float], measured: dict[str, tuple[int, int]]) -> report.Run:
    sights, seconds = told
    slices = sights[-1].slices
    verdicts = truth.judge(measured, 1 - ERROR_RATE, slices, stage.reached, config.MARGIN, stage.fault_kind)
    return report.Run(
        sights=sights,
        verdicts=verdicts,
        margin=config.MARGIN,
        seconds=seconds,
        fault_at=stage.fault_at,
        fault_kind=stage.fault_kind,
        fault_words=stage.fault_words,
    )


def _last(watcher: Watcher) -> Sight | None:
    return watcher.sights[-1] if watcher.sights else None


@contextlib.asynccontextmanager
async def _served(application: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
