"""The house is wired here, in one place: settings in, a running worker or bookkeeper out.

The only importer of storage, ledger, providers and outcomes, the resolver of entry points, and the owner of the one
TaskGroup that every task of a worker has for a parent. No container, no globals.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

import msgspec

from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.declared import asked_besides, board_of, keyring_of, models_of, specs_of
from understudy.dialects.contract import Dialect
from understudy.engines.vectors import load_vectors
from understudy.gateway.corridor import Gateway
from understudy.gateway.site import Site, Standing
from understudy.gateway.tasks import Tasks
from understudy.gateway.unattended import Errand, ask_unattended
from understudy.gateway.wheel import Wheel
from understudy.jobs.board import with_books
from understudy.jobs.bookkeeper import Bookkeeper
from understudy.jobs.learning import Learner, belief_of
from understudy.jobs.panel import Panel
from understudy.jobs.patience import Desk
from understudy.jobs.pool_verdicts import PoolVerdicts
from understudy.jobs.specs import RouteSpec, seconds
from understudy.jobs.verdicts import Verdicts
from understudy.ledger.health import WorkerHealth
from understudy.ledger.holds import WorkerHolds
from understudy.ledger.memory import MemoryLedger
from understudy.ledger.shelf import WorkerShelf
from understudy.ledger.slots import Row, WorkerSlots, places_of
from understudy.outcomes.judge import PairwiseJudge, family_conflict
from understudy.parity.assign import salt_id
from understudy.parity.slices import OutcomeKind
from understudy.policy.budgets import day_of, spent_of
from understudy.policy.keys import Keyring
from understudy.ports import BeliefRow, Check, CheckRefused, Clock, Exchange, Judge, Store
from understudy.providers.aiohttp_fetcher import AiohttpFetcher
from understudy.providers.transports import transport_of
from understudy.routing.beliefs import Learned, Unserved
from understudy.routing.board import Board, Model
from understudy.routing.learn import NO_DIAL, Pool
from understudy.routing.policies import KindPolicy
from understudy.settings import Settings
from understudy.stats.vectors import Vectors
from understudy.storage.open import open_store
from understudy.storage.spool import SpoolReader, SpoolWriter
from understudy.web.asgi import App, ModelRoutes
from understudy.web.back import Back
from understudy.web.metrics import Metrics
from understudy.web.rest import rest

log = logging.getLogger(__name__)
# How often a worker looks whether the board has moved: well below the second within which it must follow.
BOARD_POLL_S = 0.25
SECRET_BYTES = 32
# Users react within minutes or not at all.
REACTION_S = 600.0
CHECKS_REMEDY = "pip install 'understudy[checks]'"


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


def load_panels(settings: Settings, models: Mapping[str, Model]) -> dict[str, Panel]:
    """Who judges each route that has a candidate. Raises PluginMissing, or CheckRefused for a judge of the family."""
    installed = {point.name: point for point in entry_points(group="understudy.checks")}
    panels: dict[str, Panel] = {}
    for route in settings.file.routes:
        if route.candidate is None and not route.choose_from:
            continue
        spec = route.parity
        checks = {name: _load_check(route.name, name, installed) for name in spec.checks}
        panels[route.name] = Panel(
            spec,
            check=checks[spec.check] if spec.outcome is OutcomeKind.CHECK else None,
            judge=judge_of(route, models) if spec.judge is not None else None,
            rails={name: checks[rail.check] for name, rail in spec.guardrails.items()},
        )
        if route.choose_from:
            _teaching(route, panels[route.name])
    return panels


def _teaching(route: RouteSpec, panel: Panel) -> None:
    """Pass if a panel can teach a route that chooses from a pool; CheckRefused says what it needs."""
    if panel.outcome is not OutcomeKind.JUDGE and panel.late:
        raise CheckRefused(
            f"route {route.name!r} chooses from a pool: it learns from a check that speaks at once, or from a judge "
            "alone; take out 'labels' and 'feedback' beside a judge, and slow checks"
        )
    if route.cascade and panel.judge is not None:
        raise CheckRefused(
            f"route {route.name!r}: a cascade needs a check that speaks while the caller waits, and a judge is too "
            "slow; take out 'cascade', or name a check instead of the judge"
        )


def _load_check(route: str, name: str, installed: Mapping[str, EntryPoint]) -> Check:
    point = installed.get(name)
    if point is None:
        raise PluginMissing(f"route {route!r}: there is no check {name!r}; installed: {', '.join(sorted(installed))}")
    try:
        check: Check = point.load()
    except ModuleNotFoundError as error:
        raise CheckRefused(f"route {route!r}: check {name!r} needs {error.name!r}; {CHECKS_REMEDY}") from error
    return check


def prepared(panels: Mapping[str, Panel]) -> Mapping[str, Panel]:
    """The same panels, whose checks have shown that they can work here; CheckRefused names one that cannot."""
    for panel in panels.values():
        for check in (panel.check, *panel.rails.values()):
            if check is not None:
                check.prepare()
    return panels


def judge_of(route: RouteSpec, models: Mapping[str, Model]) -> Judge:
    """The judge of a route; CheckRefused if it is of the family of a model that it would judge."""
    spec = route.parity.judge
    if spec is None:
        raise ValueError(f"route {route.name!r} has no judge")
    model = models[spec.model]
    compared = [models[name] for name in (route.choose_from or (route.incumbent, str(route.candidate)))]
    if not spec.any_family and family_conflict(model.maker, [one.maker for one in compared]):
        raise CheckRefused(
            f"route {route.name!r}: the judge {model.name!r} is made by {model.maker!r}, as a model is that it would "
            "judge, or its maker is not known; take another model, or say any_family: true"
        )
    judge: Judge = PairwiseJudge(model=model.name, build=model.build, rubric=spec.rubric)
    return judge


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


def vectors_of(settings: Settings) -> Vectors | None:
    """The word vectors that prompts are read with besides. Raises VectorsRefused."""
    folder = settings.file.routing.vectors
    return load_vectors(settings.base / folder) if folder is not None else None


class Notice:
    """The newest snapshots of one worker: swapped whole, read without waiting."""

    def __init__(
        self,
        board: Board,
        keyring: Keyring,
        store: Store,
        clock: Clock,
        holds: WorkerHolds,
        policies: tuple[KindPolicy, ...] = (),
    ) -> None:
        self._base = board
        self._holds = holds
        self._store = store
        self._clock = clock
        # Sums are read only where somebody has a budget.
        budgets = [key.budget_usd_per_day for key in keyring.keys.values()]
        budgets += [route.budget_usd_per_day for route in board.routes.values()]
        self._budgeted = any(budget is not None for budget in budgets)
        self._now = Standing(board=board, keyring=keyring, policies=policies)
        self._beliefs: dict[tuple[str, str], Learned | Unserved] = {}
        self._believed: dict[tuple[str, str], float] = {}

    def current(self) -> Standing:
        """The snapshots of this moment."""
        return self._now

    async def refresh(self) -> None:
        """Take the board up anew if it has moved, and what the day has cost."""
        if self._budgeted:
            day = day_of(self._clock.now_s())
            # Asked before the sums: what is booked by then is surely in them.
            booked = await asyncio.to_thread(self._store.booked, self._holds.ended())
            spent = spent_of(day, await asyncio.to_thread(self._store.spent, day))
            self._now = msgspec.structs.replace(self._now, spent=spent)
            self._holds.booked(booked, day)
        version = await asyncio.to_thread(self._store.board_version)
        if version != self._now.board.version:
            slices = await asyncio.to_thread(self._store.slices)
            # Beliefs are large and change seldom: only those are read that are news.
            rows = await asyncio.to_thread(self._store.beliefs, self._believed)
            self._beliefs = await asyncio.to_thread(unfolded, rows, self._beliefs)
            self._believed |= {(row.tenant, row.route): row.at_s for row in rows}
            strata = await asyncio.to_thread(self._store.strata)
            paces = await asyncio.to_thread(self._store.paces)
            board = with_books(self._base, slices, self._beliefs, version, strata, paces)
            self._now = msgspec.structs.replace(self._now, board=board)

    async def follow(self) -> None:
        """Refresh until cancelled; a database that does not answer for a while leaves the last board in place."""
        while True:
            try:
                await self.refresh()
            except Exception:
                # The supervisor of a job: the next look may succeed, and the corridor runs on the last board.
                log.exception("the board could not be read; the last one stays in force")
            await asyncio.sleep(BOARD_POLL_S)


def unfolded(
    rows: Iterable[BeliefRow], before: Mapping[tuple[str, str], Learned | Unserved]
) -> dict[tuple[str, str], Learned | Unserved]:
    """What the routes believe now, by what they believed before and these news."""
    return {**before, **{(row.tenant, row.route): belief_of(row) or Unserved(row.words) for row in rows}}


class Worker(NamedTuple):
    """What a worker process runs, and how it ends: `stop` lets no comparison begin, `drain` lets those end that have.

    `drain` takes the seconds that are left; what is not over by then is cut off and booked as that.
    """

    application: App
    stop: Callable[[], None]
    drain: Callable[[float], Awaitable[None]]


@asynccontextmanager
async def open_worker(settings: Settings, secret: bytes, *, name: str, row: Row | None = None) -> AsyncIterator[Worker]:
    """One worker, wired: an ASGI application over its own transport, spool segment and read-only database."""
    models = models_of(settings)
    dialects = load_dialects()
    metrics = Metrics(_known(settings))
    panels = load_panels(settings, models)
    notice_board = board_of(settings, models, panels, vectors_of(settings))
    checks = {
        route.name: check for route in settings.file.routes if route.cascade and (check := panels[route.name].check)
    }
    opened = _site(settings, secret, name, notice_board, dialects, metrics.observe, checks, row)
    async with opened as (site, notice, store, group, tasks):
        jobs = [group.create_task(site.wheel.run()), group.create_task(notice.follow())]
        back = Back(
            standing=notice.current,
            store=store,
            journal=site.journal,
            health=site.health,
            metrics=metrics,
            dialects=tuple(dialects.values()),
            server_secret=secret,
            specs=specs_of(settings),
            clock=site.clock,
            new_id=new_id,
            places=settings.file.fleet.hypotheses,
            shelf=site.shelf,
            keep_answers_s=site.keep_answers_s,
        )
        limit = settings.file.server.max_body_bytes
        application = ModelRoutes(Gateway(site), tuple(dialects.values()), rest(back), max_body_bytes=limit)
        yield Worker(application, site.slots.stop, tasks.drain)
        for job in jobs:
            job.cancel()


@asynccontextmanager
async def open_verdicts(
    settings: Settings, secret: bytes, *, row: Row | None = None
) -> AsyncIterator[tuple[Verdicts, PoolVerdicts]]:
    """Judges and slow checks, wired: they ask models as a worker does, and write to a spool segment of their own."""
    models = models_of(settings)
    panels = prepared(load_panels(settings, models))
    board = board_of(settings, models, panels)
    opened = _site(settings, secret, "verdicts", board, load_dialects(), lambda _: None, {}, row)
    async with opened as (site, _, store, group, _):
        wheel = group.create_task(site.wheel.run())

        async def ask(model: str, request: Request, errand: Errand) -> Reply:
            judge = models[model]
            # A judge has a deadline and waits for no slot; comparisons see the one that it takes.
            site.slots.begin(judge, judge.endpoints[0])
            try:
                return (await ask_unattended(site, judge, request, errand, {}))[0]
            finally:
                site.slots.end(judge, judge.endpoints[0])

        pools = {route.name: route.incumbent for route in settings.file.routes if route.choose_from}
        pairs = {name: panel for name, panel in panels.items() if name not in pools}
        judged = {name: panel for name, panel in panels.items() if name in pools and panel.judge is not None}
        desk = Desk(store, site.journal, site.clock, ask)
        yield Verdicts(desk, pairs), PoolVerdicts(desk, judged, pools)
        wheel.cancel()


@asynccontextmanager
async def _site(
    settings: Settings,
    secret: bytes,
    name: str,
    board: Board,
    dialects: Mapping[str, Dialect],
    observe: Callable[[Exchange], None],
    checks: Mapping[str, Check],
    row: Row | None,
) -> AsyncIterator[tuple[Site, Notice, Store, asyncio.TaskGroup, Tasks]]:
    """What every process that asks models works with."""
    store = open_store(settings.database, read_only=True, secret=secret)
    journal = SpoolWriter(settings.spool, name)
    clock = SystemClock()
    holds = WorkerHolds()
    notice = Notice(board, keyring_of(settings), store, clock, holds, settings.file.policies)
    try:
        await notice.refresh()
        async with (
            transport_of(settings.file.server.transport, settings.secrets) as upstream,
            AiohttpFetcher(settings.file.media) as fetcher,
            asyncio.TaskGroup() as group,
        ):
            tasks = Tasks(group)
            site = Site(
                dialects=dialects,
                upstream=upstream,
                fetcher=fetcher,
                journal=journal,
                ledger=MemoryLedger(clock),
                health=WorkerHealth(clock),
                holds=holds,
                slots=WorkerSlots(places_of(asked_besides(settings, board.models)), row),
                clock=clock,
                wheel=Wheel(tasks.spawn),
                spawn=tasks.spawn,
                standing=notice.current,
                new_id=new_id,
                server_secret=secret,
                timeouts=settings.file.timeouts,
                observe=observe,
                shelf=WorkerShelf(store.kept, journal, clock),
                keep_answers_s=seconds(settings.file.server.keep_answers),
                checks=checks,
            )
            yield site, notice, store, group, tasks
    finally:
        journal.close()
        store.close()


def pools_of(settings: Settings) -> dict[str, Pool]:
    """What each route that chooses from a pool learns for."""
    models = models_of(settings)
    panels = load_panels(settings, models)
    found = {}
    for route in settings.file.routes:
        if route.choose_from:
            dial, aim = next(iter(route.dials.items()), NO_DIAL)
            found[route.name] = Pool(
                route=route.name,
                models=tuple(models[name] for name in route.choose_from),
                incumbent=route.incumbent,
                dial=dial,
                aim=aim,
                compared=route.parity.shadow,
                wait_s=REACTION_S if route.parity.feedback else 0.0,
                cascade=route.cascade,
                latency_price=route.latency_price,
                priors=route.priors,
                scale=panels[route.name].scale(route.incumbent),
            )
    return found


@contextmanager
def open_learner(settings: Settings, secret: bytes) -> Iterator[Learner]:
    """The learner of this machine: it reads the books, and writes to a spool segment of its own."""
    store = open_store(settings.database, read_only=True, secret=secret)
    journal = SpoolWriter(settings.spool, "learner")
    try:
        yield Learner(
            store=store,
            journal=journal,
            pools=pools_of(settings),
            clock=SystemClock(),
            vectors=vectors_of(settings),
        )
    finally:
        journal.close()
        store.close()


def open_books(settings: Settings, secret: bytes, *, holder: str) -> Bookkeeper:
    """The bookkeeper of this machine: the one writer of the database."""
    models = models_of(settings)
    return Bookkeeper(
        store=open_store(settings.database, secret=secret),
        reader=SpoolReader(settings.spool),
        routes={route.name: route for route in settings.file.routes},
        models=models,
        panels=load_panels(settings, models),
        clock=SystemClock(),
        holder=holder,
        salt_id=salt_id(secret),
        places=settings.file.fleet.hypotheses,
    )


def orders_to(settings: Settings) -> SpoolWriter:
    """A spool segment for commands, which write to the books as everybody does: through the bookkeeper."""
    return SpoolWriter(settings.spool, f"cli_{os.getpid()}")


def _known(settings: Settings) -> frozenset[str]:
    return frozenset([model.name for model in settings.file.models] + [route.name for route in settings.file.routes])
