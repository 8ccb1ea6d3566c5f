"""Bar 8 and what is asked of the machine: the real pairs through a real store and the shipped evaluator.

The same streams go through the twin: every rung must open at the same pair. Then the record is replayed from the
stored pairs, shards are merged in random order, and the clock is read.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from understudy.bench.parity.lines import Line
from understudy.bench.parity.real import Outcomes
from understudy.bench.parity.streams import Signs
from understudy.bench.parity.twin import NEVER, walk
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.jobs.evaluator import Evaluator
from understudy.jobs.judging import pair_digest
from understudy.jobs.panel import Panel
from understudy.jobs.recording import link_of
from understudy.jobs.replaying import replay_all
from understudy.jobs.specs import ParitySpec, RouteSpec
from understudy.parity.events import Pair
from understudy.parity.gate import Facts, Policy, decide
from understudy.parity.ladder import Rung
from understudy.parity.slices import DEFAULT_TENANT, Hypothesis, SliceId
from understudy.parity.state import absorb, open_slice
from understudy.ports import Batch, PairRow, Store
from understudy.stats.mixture import Levels, Mixture, promotion
from understudy.storage.open import open_store

MARGIN = 0.05
ROUTE = "bench"
BATCH = 500
SPLITS = 200
TIMED = 40_000
# Rungs that evidence alone opens; the last one is the fleet's.
CLIMBED = (Rung.P1, Rung.P5, Rung.P25, Rung.P50)


class StillClock:
    """Time stands still: nothing here waits for it. Satisfies ports.Clock."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        return 1_700_000_000.0

    def monotonic_s(self) -> float:
        """Seconds."""
        return 0.0


class NoCheck:
    """Outcomes come from the files; there is nothing to check. Satisfies ports.Check."""

    name = "recorded"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        """No opinion."""
        return None


class Booked(NamedTuple):
    """What went through the store: X by kind, as it was entered."""

    x: dict[str, Signs]
    disagreements: int
    moves: int
    replayed_wrong: int


def through_the_store(slices: list[Outcomes], *, pairs: int, seed: int) -> list[Line]:
    """The real stream through SQLite and the evaluator, beside the twin, and replayed."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/books.db")
        try:
            booked = _book(store, slices, pairs, rng)
        finally:
            store.close()
    return [
        Line(
            bar="8",
            what=f"rungs that the evaluator opened at another pair than the twin, {len(slices)} real slices",
            shown=f"{booked.disagreements} of {booked.moves}",
            limit=0,
            value=booked.disagreements,
            prototype="–",
        ),
        Line(
            bar="8",
            what="slices whose record a replay from the stored pairs does not reproduce to 1e-9",
            shown=f"{booked.replayed_wrong} of {len(slices)}",
            limit=0,
            value=booked.replayed_wrong,
            prototype="0",
        ),
    ]


def _book(store: Store, slices: list[Outcomes], pairs: int, rng: np.random.Generator) -> Booked:
    spec = ParitySpec(margin=MARGIN, dwell=0, cycle=0, check=NoCheck.name)
    route = RouteSpec(name=ROUTE, incumbent="rented", candidate="own", parity=spec)
    evaluator = Evaluator(
        store=store,
        routes={ROUTE: route},
        builds={"own": "own", "rented": "rented"},
        panels={ROUTE: Panel(route.parity, check=NoCheck())},
        clock=StillClock(),
        holder="bench",
        salt_id="bench",
        places=len(slices),
    )
    kinds = [f"s{n}" for n in range(len(slices))]
    evaluator.open({(DEFAULT_TENANT, ROUTE, kind) for kind in kinds})
    hypotheses = {row.kind: row.id for row in store.hypotheses()}
    x = {kind: rng.choice(one.x, size=pairs) for kind, one in zip(kinds, slices, strict=True)}
    for start in range(0, pairs, BATCH):
        for kind in kinds:
            rows = tuple(_rows(hypotheses[kind], kind, x[kind][start : start + BATCH], start))
            store.enter(Batch(settled=rows))
        evaluator.turn(float("inf"))
    return Booked(x, *_compared(store, x), sum(not found.agrees for found in replay_all(store)))


def _rows(hypothesis: str, kind: str, x: Signs, start: int) -> Iterator[PairRow]:
    for place, value in enumerate(x, start):
        name = f"{kind}:{place}"
        row = PairRow(
            exchange_id=name,
            hypothesis=hypothesis,
            unit=name,
            at_s=0.0,
            served="incumbent",
            deadline_s=0.0,
            propensity=1.0,
            settled=True,
            candidate=float(value >= 0),
            incumbent=float(value <= 0),
        )
        yield msgspec.structs.replace(row, digest=pair_digest(row))


def _compared(store: Store, x: dict[str, Signs]) -> tuple[int, int]:
    """How many moves differ from the twin's, and how many there were."""
    opened: dict[tuple[str, str], int] = {}
    for row in store.transitions():
        told = link_of(row).told()
        if told["move"] == "up":
            opened[row.kind, told["to"]] = told["units"]
    wrong = total = 0
    for kind, values in x.items():
        climbed = walk(values[None, :], MARGIN)
        for rung in CLIMBED:
            expected = int(climbed.pairs_to(rung)[0])
            found = opened.get((kind, rung.label), NEVER)
            wrong, total = wrong + (found != expected), total + 1
    return wrong, total


def shards(*, seed: int) -> list[Line]:
    """Shards of one stream, split and merged in random order."""
    rng = np.random.default_rng(seed)
    values = rng.choice([-1.0, -0.5, 0.0, 1 / 3, 1.0], size=3_000)
    whole = Mixture.of(promotion(MARGIN), Levels.of(values.tolist())).log_e
    worst = 0.0
    for _ in range(SPLITS):
        cuts = np.sort(rng.integers(0, len(values), size=rng.integers(1, 9)))
        parts = [Mixture.of(promotion(MARGIN), Levels.of(part.tolist())) for part in np.split(values, cuts)]
        merged = Mixture(promotion(MARGIN))
        for place in rng.permutation(len(parts)):
            merged = merged.merge(parts[place])
        worst = max(worst, abs(merged.log_e - whole))
    what = f"log e of {SPLITS} random splits, merged in random order, differs by at most"
    return [Line(bar="8", what=what, shown=f"{worst:.1e}", limit=1e-9, value=worst, prototype="1e-11")]


def throughput(*, seed: int) -> list[Line]:
    """Units a second on one core: taken in and decided about one by one, and counted in batches."""
    x = np.random.default_rng(seed).choice([-1.0, 0.0, 1.0], p=[0.1, 0.8, 0.1], size=TIMED).tolist()
    events = [Pair(n, f"u{n}", value) for n, value in enumerate(x, 1)]
    hypothesis = Hypothesis(slice=SliceId(ROUTE, "s"), candidate="own", incumbent="rented", check="recorded")
    state, policy, facts = open_slice(hypothesis, 0.0), Policy(dwell_s=0, cycle_s=0), Facts()
    begun = time.process_time()
    for event in events:
        state = absorb(state, event)
        decide(state, policy, facts, 0.0)
    one_by_one = TIMED / (time.process_time() - begun)
    begun = time.process_time()
    for start in range(0, TIMED, BATCH):
        Mixture.of(promotion(MARGIN), Levels.of(x[start : start + BATCH]))
    batched = TIMED / (time.process_time() - begun)
    return [
        Line(
            bar="issue",
            what="units a second and core, batched",
            shown=f"{batched:,.0f}",
            limit=50_000,
            value=batched,
            at_least=True,
        ),
        Line(bar="issue", what="units a second and core, each decided about", shown=f"{one_by_one:,.0f}"),
    ]
