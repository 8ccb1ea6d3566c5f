"""A small world for the bookkeeper's tests: a real store and spool, a clock that jumps, a check of one word."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from understudy.canon.messages import Message
from understudy.canon.parts import Text, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.jobs.bookkeeper import Bookkeeper
from understudy.jobs.panel import Panel
from understudy.jobs.specs import ParitySpec, RouteSpec
from understudy.parity.slices import OutcomeKind
from understudy.ports import Answered, Exchange, Judge, Live, Paired, Record, Sampled, Side
from understudy.routing.board import Endpoint, Model
from understudy.storage.open import open_store
from understudy.storage.spool import SpoolReader, SpoolWriter
from understudy.storage.store import SqlStore

ROUTE = RouteSpec(
    name="r", incumbent="rented", candidate="own", parity=ParitySpec(shadow=1.0, check="word", dwell=0, cycle=0)
)
BUILDS = {"own": "own-1", "rented": "rented-1"}
LIFE_S = 100.0
SECRET = b"a secret of the tests"
# Few, so that the last rung is within reach of short streams.
PLACES = 1


def model(name: str, build: str) -> Model:
    """A declared model."""
    return Model(
        name=name,
        provider="p",
        upstream=name,
        dialect="openai_chat",
        endpoints=(Endpoint("http://127.0.0.1:1"),),
        maker=name,
        owned=name == "own",
        build=build,
    )


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.at_s = 1_000_000.0

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


class WordCheck:
    """Right is right."""

    name = "word"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        word = text_of(reply.parts)
        return {"right": 1.0, "wrong": 0.0}.get(word)


class World:
    """One machine's books, and a worker that writes what it is told to."""

    def __init__(
        self, folder: Path, *, route: RouteSpec = ROUTE, builds: dict[str, str] = BUILDS, judge: Judge | None = None
    ) -> None:
        self.folder, self.clock, self.route, self.judge = folder, Clock(), route, judge
        self.spool = SpoolWriter(folder / "spool", "w0")
        self._number = 0
        self.start(builds)

    def start(self, builds: dict[str, str] = BUILDS) -> None:
        """Start the bookkeeper, as after a restart."""
        self.store = open_store(f"sqlite:///{self.folder}/books.db", secret=SECRET)
        self.books = Bookkeeper(
            store=self.store,
            reader=SpoolReader(self.folder / "spool"),
            routes={"r": self.route},
            models={name: model(name, build) for name, build in builds.items()},
            panels={"r": self.panel()},
            clock=self.clock,
            holder="here",
            salt_id="salt",
            places=PLACES,
        )

    def panel(self) -> Panel:
        """Who judges the route: one word, unless the route asks for a judge or people."""
        spec = self.route.parity
        check = WordCheck() if spec.outcome is OutcomeKind.CHECK else None
        return Panel(spec, check=check, judge=self.judge, rails={name: WordCheck() for name in spec.guardrails})

    def work(self) -> None:
        """Drain all there is, and look at the slices until nothing moves."""
        self.clock.at_s += 1
        while self.books.turn():
            self.clock.at_s += 1

    def show(self, kind: str = "chat") -> str:
        """Let traffic show a slice; its hypothesis."""
        self.spool.append(self.exchange(kind))
        self.work()
        return next(row.hypothesis for row in self.store.slices() if row.kind == kind)

    def exchange(self, kind: str) -> Exchange:
        """A served exchange's journal row."""
        return Exchange(id=self.new_id(), at_s=self.clock.now_s(), route="r", kind=kind, model="rented")

    def new_id(self) -> str:
        """An id nobody has."""
        self._number += 1
        return f"ex{self._number}"

    def pair(self, hypothesis: str, own: str | None, rented: str | None, *, served: Side = "incumbent") -> str:
        """Announce a pair and settle it; a side that is None was lost. Its id."""
        opened = self.opened(hypothesis, served=served)
        self.spool.append(opened, self.settled(opened, own, rented))
        return opened.exchange_id

    def opened(
        self,
        hypothesis: str,
        *,
        served: Side = "incumbent",
        unit: str = "",
        idle_s: float | None = None,
        asked: bool = False,
    ) -> Sampled:
        """The announcement of a pair."""
        id_ = self.new_id()
        return Sampled(
            exchange_id=id_,
            at_s=self.clock.now_s(),
            hypothesis=hypothesis,
            unit=unit or id_,
            served=served,
            deadline_s=self.clock.now_s() + LIFE_S,
            propensity=1.0,
            idle_s=idle_s,
            asked=asked,
            label_propensity=self.route.parity.labels,
        )

    def settled(self, opened: Sampled, own: str | None, rented: str | None) -> Paired:
        """Both answers to an announced pair."""
        return Paired(
            exchange_id=opened.exchange_id,
            at_s=opened.at_s,
            settled_at_s=self.clock.now_s(),
            deadline_s=opened.deadline_s,
            hypothesis=opened.hypothesis,
            unit=opened.unit,
            served=opened.served,
            request=request(),
            candidate=answered("own", own),
            incumbent=answered("rented", rented),
        )

    def live(self, hypothesis: str, side: Side, word: str | None) -> Live:
        """One served answer without a pair."""
        return Live(
            exchange_id=self.new_id(),
            at_s=self.clock.now_s(),
            hypothesis=hypothesis,
            side=side,
            request=request(),
            answer=answered("own" if side == "candidate" else "rented", word),
        )

    def play(self, hypothesis: str, words: Iterable[tuple[str | None, str | None]]) -> None:
        """Book many pairs."""
        for own, rented in words:
            self.pair(hypothesis, own, rented)
        self.work()

    def standing(self, kind: str = "chat") -> tuple[str, float]:
        """The hypothesis and the share of a slice."""
        row = next(row for row in self.store.slices() if row.kind == kind)
        return row.hypothesis, row.share

    def add(self, *records: Record) -> None:
        """Append records as a worker would."""
        self.spool.append(*records)


@contextmanager
def asked_of(store: SqlStore) -> Iterator[list[str]]:
    """What a store asks its database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", note)


def request() -> Request:
    """Any request."""
    return Request(model="r", messages=(Message("user", (Text("ask"),)),), dialect="openai_chat")


def answered(model: str, word: str | None) -> Answered:
    """One side of a pair."""
    if word is None:
        return Answered(model=model, build=BUILDS[model], missing="timeout")
    reply = Reply(id="x", model=model, dialect="openai_chat", parts=(Text(word),), stop=StopReason.STOP)
    return Answered(model=model, build=BUILDS[model], reply=reply)
