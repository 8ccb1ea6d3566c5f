"""The processes of one server: a supervisor, a bookkeeper, N workers on one port, one for late verdicts, one to learn.

The supervisor holds the listening socket and hands it on. A child that dies is a server that fails: the supervisor
stops the others and exits, and whatever runs it (systemd, Kubernetes) starts it anew. Children end when the
supervisor does, however it ended.
"""

import asyncio
import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from types import FrameType

import uvicorn
import uvloop

from understudy.app import load_panels, open_books, open_learner, open_verdicts, open_worker
from understudy.declared import asked_besides, models_of
from understudy.jobs.learning import Learner
from understudy.jobs.pool_verdicts import PoolVerdicts
from understudy.jobs.verdicts import Verdicts
from understudy.ledger.slots import Row, places_of, width
from understudy.settings import Settings
from understudy.web.lane import LaneProtocol

# How often a child looks whether its supervisor still lives.
ORPHAN_POLL_S = 0.5
# How long running answers may go on after a stop was asked for, and comparisons beside and after them.
GRACE_S = 10
# A request that was cancelled then is over within a moment.
LAST_S = 1.0
# How long the bookkeeper rests while it keeps up: what comes meanwhile is booked in one transaction.
IDLE_S = 0.05
# How often it is looked for pairs that wait for a judge or a slow check.
VERDICTS_IDLE_S = 0.25
# How often it is looked for lessons.
LEARNER_IDLE_S = 1.0
BACKLOG = 2048
# New objects that a worker makes before it looks for cycles among them: a request makes some hundred and leaves none
# behind, so that Python's own 700 would look at the running ones with each request. What is garbage here is a few MB.
GC_YOUNG = 20_000
log = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket; OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def supervise(settings: Settings, secret: bytes, listening: socket.socket, ready: Callable[[], None]) -> int:
    """Run until a signal or a child's end; the exit status."""
    # Signals are blocked until the children are started, so that none of them is left behind.
    stop = _stop_asked()
    children, ups = _children(settings, secret, listening)
    for child in children:
        child.start()
    announced = False
    while not stop.wait(0.1) and all(child.is_alive() for child in children):
        if not announced and all(up.is_set() for up in ups):
            announced = True
            ready()
    failed = [child.name for child in children if not child.is_alive()]
    _stop(children)
    if failed and not stop.is_set():
        log.error("%s ended unexpectedly; the server stops", ", ".join(failed))
        return 1
    return 0


def _stop_asked() -> threading.Event:
    """Set once this process is told to stop, by its supervisor or from the keyboard."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _children(settings: Settings, secret: bytes, listening: socket.socket) -> tuple[list[BaseProcess], list[Event]]:
    """The children, the bookkeeper first, and for each the event that it sets once it works."""
    context = multiprocessing.get_context("spawn")
    ups: list[Event] = []

    models = models_of(settings)
    # What each process runs at each place, in a row of its own: workers first, then the one of verdicts.
    wide = width(places_of(asked_besides(settings, models)))
    counts = context.RawArray("q", max(1, wide * (settings.file.server.workers + 1)))

    def child(target: Callable[..., None], name: str, *arguments: object) -> BaseProcess:
        up = context.Event()
        ups.append(up)
        return context.Process(target=target, args=(settings, secret, *arguments, up), name=name)

    children = [child(run_books, "books")]
    if any(panel.by_machine for panel in load_panels(settings, models).values()):
        children.append(child(run_verdicts, "verdicts", Row(counts, settings.file.server.workers)))
    if any(route.choose_from for route in settings.file.routes):
        children.append(child(run_learner, "learner"))
    for index in range(settings.file.server.workers):
        children.append(child(run_worker, f"worker {index}", listening, f"w{index}", Row(counts, index)))
    return children, ups


def _stop(children: list[BaseProcess]) -> None:
    """Workers first, so that the bookkeeper can drain what they wrote last."""
    books, workers = children[0], children[1:]
    for child in workers:
        child.terminate()
    for child in workers:
        child.join(GRACE_S + 5)
    books.terminate()
    books.join(GRACE_S)
    for child in children:
        if child.is_alive():
            child.kill()


class _Server(uvicorn.Server):
    """Tells of a stop at once, and not only when the last request is served."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = tell
        self._until_s = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """End once what runs is served, or its grace is over."""
        self.should_exit = True
        if self._until_s == float("inf"):
            self._until_s = time.monotonic() + GRACE_S
            self._tell()

    async def left_s(self) -> float:
        """What is left of the grace once every request is over; one that was cancelled may still be on its way out."""
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=LAST_S)
        return self._until_s - time.monotonic()


def run_worker(settings: Settings, secret: bytes, listening: socket.socket, name: str, row: Row, up: Event) -> None:
    """One worker process: the ASGI application under uvicorn, on the shared socket."""
    _log_to_stderr()
    # The signal that ended the server is raised once more after it; it must not end what is still to be booked.
    stop = _stop_asked()
    uvloop.run(_work(settings, secret, listening, name, row, up, stop))


async def _work(
    settings: Settings, secret: bytes, listening: socket.socket, name: str, row: Row, up: Event, stop: threading.Event
) -> None:
    loop = asyncio.get_running_loop()
    async with open_worker(settings, secret, name=name, row=row) as worker:
        config = uvicorn.Config(
            worker.application,
            http=LaneProtocol if settings.file.server.fast_lane else "httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.file.server.trusted_proxies),
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_S,
        )
        # What is here at the start stays: it need not be looked at again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_YOUNG, *gc.get_threshold()[1:])

        def tell() -> None:
            # From a signal's handler, which may stand between any two steps of the loop.
            loop.call_soon_threadsafe(worker.stop)

        server = _Server(config, tell)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_exit_when_orphaned(server))
            up.set()
            if not stop.is_set():
                await server.serve(sockets=[listening])
            watching.cancel()
        await worker.drain(await server.left_s())


async def _exit_when_orphaned(server: _Server) -> None:
    parent = os.getppid()
    # Nothing tells a process that its parent died; it has to look.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(ORPHAN_POLL_S)
    server.stop()


def run_verdicts(settings: Settings, secret: bytes, row: Row, up: Event) -> None:
    """The process of judges and slow checks, until it is told to stop; what it had begun is begun again later."""
    _log_to_stderr()
    uvloop.run(_give_verdicts(settings, secret, row, up))


async def _give_verdicts(settings: Settings, secret: bytes, row: Row, up: Event) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    parent = os.getppid()
    async with open_verdicts(settings, secret, row=row) as verdicts, asyncio.TaskGroup() as group:
        giving = [group.create_task(_keep_giving(one)) for one in verdicts]
        up.set()
        while not stop.is_set() and os.getppid() == parent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), ORPHAN_POLL_S)
        for one in giving:
            one.cancel()


async def _keep_giving(verdicts: Verdicts | PoolVerdicts) -> None:
    while True:
        try:
            busy = await verdicts.turn()
        except Exception:
            # The supervisor of a job: what waits still waits, and is taken at the next look.
            log.exception("a look for waiting verdicts failed")
            busy = False
        if not busy:
            await asyncio.sleep(VERDICTS_IDLE_S)


def run_learner(settings: Settings, secret: bytes, up: Event) -> None:
    """The process that learns routes, until it is told to stop; all that it knows it can read again."""
    _log_to_stderr()
    stop = _stop_asked()
    parent = os.getppid()
    with open_learner(settings, secret) as learner:
        up.set()
        while not stop.is_set() and os.getppid() == parent:
            if not _learn(learner):
                stop.wait(LEARNER_IDLE_S)


def _learn(learner: Learner) -> bool:
    try:
        return learner.turn()
    except Exception:
        # The supervisor of a job: what could not be learned now is still in the books.
        log.exception("learning failed; what serves stays in place")
        return False


def run_books(settings: Settings, secret: bytes, up: Event) -> None:
    """The bookkeeper process: drain, judge, decide, rest; on a stop, drain once more."""
    _log_to_stderr()
    stop = _stop_asked()
    parent = os.getppid()
    books = open_books(settings, secret, holder=f"{socket.gethostname()}:{os.getpid()}")
    with contextlib.closing(books):
        up.set()
        while not stop.is_set() and os.getppid() == parent:
            books.turn()
            if not books.behind:
                stop.wait(IDLE_S)
        while books.drain():
            pass


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
