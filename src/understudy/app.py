"""The house is wired here, in one place: settings in, a running worker or bookkeeper out.

The only importer of storage, ledger, providers and outcomes, the resolver of entry points, and the owner of the one
TaskGroup that every task of a worker has for a parent. No container, no globals.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import Any

import msgspec

from understudy.dialects.contract import Dialect
from understudy.gateway.corridor import Gateway
from understudy.gateway.site import Site, Standing
from understudy.gateway.wheel import Wheel
from understudy.jobs.board import base_board, with_ramps
from understudy.jobs.bookkeeper import Bookkeeper
from understudy.jobs.specs import RouteSpec
from understudy.ledger.memory import MemoryLedger
from understudy.parity.assign import salt_id
from understudy.policy.keys import Keyring
from understudy.ports import Check, Store
from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.providers.models import model_of, reachable
from understudy.routing.board import Board
from understudy.settings import Settings
from understudy.storage.open import open_store
from understudy.storage.spool import SpoolReader, SpoolWriter
from understudy.web.asgi import App, ModelRoutes
from understudy.web.metrics import Metrics
from understudy.web.rest import Back, rest

log = logging.getLogger(__name__)
# How often a worker looks whether the board has moved: well below the second within which it must follow.
BOARD_POLL_S = 0.25
SECRET_BYTES = 32


class PluginMissing(Exception):
    """A name in the configuration that no installed package answers to."""


class SystemClock:
    """The machine's own time. Satisfies ports.Clock."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


def new_id() -> str:
    """An id that sorts by time: milliseconds, then 64 random bits."""
    return f"ex_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def load_dialects() -> dict[str, Dialect]:
    """Every installed dialect by name; the code of each is imported here, once."""
    found: dict[str, Dialect] = {}
    for point in entry_points(group="understudy.dialects"):
        found[point.name] = point.load()
    return found


def load_checks(routes: tuple[RouteSpec, ...]) -> dict[str, Check]:
    """The check of every route that has a candidate, by route; PluginMissing names one that is not installed."""
    installed = {point.name: point for point in entry_points(group="understudy.checks")}
    checks: dict[str, Check] = {}
    for route in routes:
        if route.candidate is None:
            continue
        point = installed.get(route.parity.check)
        if point is None:
            raise PluginMissing(
                f"route {route.name!r}: there is no check {route.parity.check!r}; installed: {', '.join(installed)}"
            )
        checks[route.name] = point.load()
    return checks


def server_secret(settings: Settings) -> bytes:
    """The secret that salts assignments and key digests; a missing file is made, readable by its owner only."""
    from_env = settings.secrets.get(settings.file.secret)
    if from_env:
        return from_env.encode()
    path = settings.base / settings.file.secret.removeprefix("file:")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip().encode()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(SECRET_BYTES) + "\n")
    return path.read_text(encoding="utf-8").strip().encode()


def board_of(settings: Settings) -> Board:
    """The board as the configuration alone tells it: no slice has moved."""
    models = {spec.name: model_of(spec, settings.rows[spec.provider]) for spec in settings.file.models}
    return base_board(models, settings.file.routes, reachable(settings.rows, settings.secrets))


def keyring_of(settings: Settings) -> Keyring:
    """All declared keys by digest."""
    return Keyring({key.digest: key for key in settings.file.keys})


class Notice:
    """The newest snapshots of one worker: swapped whole, read without waiting."""

    def __init__(self, board: Board, keyring: Keyring, store: Store) -> None:
        self._base = board
        self._store = store
        self._keyring = keyring
        self._now = Standing(board=board, keyring=keyring)

    def current(self) -> Standing:
        """The snapshots of this moment."""
        return self._now

    async def refresh(self) -> None:
        """Take the board up anew if it has moved."""
        version = await asyncio.to_thread(self._store.board_version)
        if version != self._now.board.version:
            slices = await asyncio.to_thread(self._store.slices)
            board = with_ramps(self._base, slices, version)
            self._now = Standing(board=board, keyring=self._keyring)

    async def follow(self) -> None:
        """Refresh until cancelled; a database that does not answer for a while leaves the last board in place."""
        while True:
            try:
                await self.refresh()
            except Exception:
                # The supervisor of a job: the next look may succeed, and the corridor runs on the last board.
                log.exception("the board could not be read; the last one stays in force")
            await asyncio.sleep(BOARD_POLL_S)


@asynccontextmanager
async def open_worker(settings: Settings, secret: bytes, *, name: str) -> AsyncIterator[App]:
    """One worker, wired: an ASGI application over its own transport, spool segment and read-only database."""
    dialects = load_dialects()
    store = open_store(settings.database, read_only=True)
    journal = SpoolWriter(settings.spool, name)
    notice = Notice(board_of(settings), keyring_of(settings), store)
    clock = SystemClock()
    metrics = Metrics(_known(settings))
    try:
        await notice.refresh()
        async with AiohttpTransport(settings.secrets) as upstream, asyncio.TaskGroup() as group:
            spawn = _spawner(group)
            wheel = Wheel(spawn)
            site = Site(
                dialects=dialects,
                upstream=upstream,
                journal=journal,
                ledger=MemoryLedger(clock),
                clock=clock,
                wheel=wheel,
                spawn=spawn,
                standing=notice.current,
                new_id=new_id,
                server_secret=secret,
                timeouts=settings.file.timeouts,
                observe=metrics.observe,
            )
            specs = {route.name: route.parity for route in settings.file.routes if route.candidate is not None}
            back = Back(notice.current, store, journal, metrics, tuple(dialects.values()), secret, specs, clock)
            jobs = [group.create_task(wheel.run()), group.create_task(notice.follow())]
            limit = settings.file.server.max_body_bytes
            yield ModelRoutes(Gateway(site), tuple(dialects.values()), rest(back), max_body_bytes=limit)
            for job in jobs:
                job.cancel()
    finally:
        journal.close()
        store.close()


def open_books(settings: Settings, secret: bytes, *, holder: str) -> Bookkeeper:
    """The bookkeeper of this machine: the one writer of the database."""
    store = open_store(settings.database)
    routes = {route.name: route for route in settings.file.routes}
    builds = {name: model.build for name, model in board_of(settings).models.items()}
    return Bookkeeper(
        store=store,
        reader=SpoolReader(settings.spool),
        routes=routes,
        builds=builds,
        checks=load_checks(settings.file.routes),
        clock=SystemClock(),
        holder=holder,
        salt_id=salt_id(secret),
    )


def _known(settings: Settings) -> frozenset[str]:
    return frozenset([model.name for model in settings.file.models] + [route.name for route in settings.file.routes])


def _spawner(group: asyncio.TaskGroup) -> Callable[[Coroutine[Any, Any, None]], None]:
    async def supervised(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            # The supervisor of spawned tasks: one that fails must not take the worker with it.
            log.exception("a background task failed")

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        group.create_task(supervised(work))

    return spawn


def described(settings: Settings) -> list[str]:
    """The declared models and routes, one line each, for people."""
    lines = []
    for spec in settings.file.models:
        row = settings.rows[spec.provider]
        owned = row.owned if spec.owned is None else spec.owned
        lines.append(
            f"model  {spec.name}  {'own' if owned else 'rented'}  {spec.provider}  {spec.base_url or row.base_url}"
        )
    for route in settings.file.routes:
        candidate = f", candidate {route.candidate}" if route.candidate else ""
        lines.append(f"route  {route.name}  incumbent {route.incumbent}{candidate}")
    return lines


def declare(settings: Settings, specs: tuple[Any, ...]) -> Settings:
    """The settings with discovered models declared."""
    return msgspec.structs.replace(settings, file=msgspec.structs.replace(settings.file, models=specs))
