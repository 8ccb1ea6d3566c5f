"""A site made of the real parts that need no network: spool, ledger, wheel, a dialect; a clock that jumps."""

import itertools
from pathlib import Path

from understudy.canon.money import Price
from understudy.dialects.anthropic import DIALECT
from understudy.gateway.site import Call, Site, Standing, Timeouts
from understudy.gateway.wheel import Wheel
from understudy.ledger.health import WorkerHealth
from understudy.ledger.holds import WorkerHolds
from understudy.ledger.memory import MemoryLedger
from understudy.ledger.shelf import WorkerShelf
from understudy.ledger.slots import WorkerSlots
from understudy.policy.keys import Keyring
from understudy.ports import Exchange, Headers, Record
from understudy.providers.aiohttp_fetcher import AiohttpFetcher
from understudy.providers.fast_transport import FastTransport
from understudy.providers.reach import MediaSpec
from understudy.routing.board import Board, Endpoint, Model
from understudy.storage.spool import SpoolReader, SpoolWriter

# Nano-dollars per million tokens: one input token costs 2,000 nano-dollars, one output token 8,000.
PRICE = Price(uncached_in=2_000_000_000, out=8_000_000_000)
RENTED = Model(
    name="rented",
    provider="p",
    upstream="rented-1",
    dialect="anthropic",
    endpoints=(Endpoint("http://127.0.0.1:9"),),
    maker="anthropic",
    build="rented-b",
    price=PRICE,
)
OWN = Model(
    name="own",
    provider="here",
    upstream="own-1",
    dialect="anthropic",
    endpoints=(Endpoint("http://127.0.0.1:9"),),
    maker="anthropic",
    build="own-b",
    owned=True,
    price=Price(uncached_in=0, out=0),
)
BOARD = Board(models={"rented": RENTED, "own": OWN})


class Heard:
    """A caller that hears all of its answer."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""

    async def start(self, status: int, headers: Headers) -> None:
        self.status = status

    async def write(self, data: bytes) -> None:
        self.body += data

    async def end(self, data: bytes = b"") -> None:
        self.body += data


class Clock:
    """Wall time and monotonic time that move when they are told to."""

    def __init__(self) -> None:
        self.wall_s = 1_000.0
        self.ticks_s = 50.0

    def now_s(self) -> float:
        return self.wall_s

    def monotonic_s(self) -> float:
        return self.ticks_s


class Stage:
    """A site, and what it wrote and told."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.observed: list[Exchange] = []
        self._reader = SpoolReader(folder)
        numbers = itertools.count(1)
        journal = SpoolWriter(folder, "w0")
        self.site = Site(
            dialects={DIALECT.name: DIALECT},
            upstream=FastTransport({}),
            fetcher=AiohttpFetcher(MediaSpec()),
            journal=journal,
            ledger=MemoryLedger(self.clock),
            health=WorkerHealth(self.clock),
            holds=WorkerHolds(),
            slots=WorkerSlots(()),
            clock=self.clock,
            wheel=Wheel(lambda work: work.close()),
            spawn=lambda work: work.close(),
            standing=lambda: Standing(board=BOARD, keyring=Keyring()),
            new_id=lambda: f"ex_{next(numbers)}",
            server_secret=b"s" * 32,
            timeouts=Timeouts(),
            observe=self.observed.append,
            shelf=WorkerShelf(lambda tenant, answer: None, journal, self.clock),
            keep_answers_s=3600.0,
        )

    def call(self, **headers: str) -> Call:
        """A call with these headers."""
        return Call(DIALECT, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")

    def journal(self) -> list[Record]:
        """Everything that was written to the spool."""
        return self._reader.read({}, 1_000)[0]
