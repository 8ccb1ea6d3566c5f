"""The whole bench as a list of tasks, each a bar in one cell, on as many processes as there are cores."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import msgspec

from understudy.bench.parity import books_bars, gate_bars, live_bars, real, streams
from understudy.bench.parity.lines import Line

Answer = tuple[list[Line], dict[str, float]]
SEED = 20_261_122


class Task(msgspec.Struct, frozen=True):
    """One piece of work: a function of this package, what it is given, and where its lines stand in the table."""

    order: int
    name: str
    call: Callable[..., Any]
    arguments: dict[str, Any]

    def run(self) -> tuple["Task", Answer]:
        """Do it."""
        found = self.call(**self.arguments)
        return self, found if isinstance(found, tuple) else (found, {})


class Result(msgspec.Struct, frozen=True):
    """All lines in order; the peers' false promotions by cell; whether it was quick."""

    lines: list[Line]
    peers: dict[str, dict[str, float]]
    quick: bool

    @property
    def short(self) -> list[Line]:
        """The bars that fall short or were not run; of a quick look, not those that only need more runs."""
        wrong = [line for line in self.lines if line.missing or line.passed is False]
        return [line for line in wrong if not (self.quick and line.undecided)]


def tasks(data: Path | None, *, quick: bool, seed: int = SEED) -> list[Task]:
    """What there is to do, the longest first within each bar. Raises real.NoData for a folder without the files."""
    some, few = (0.05, 0.1) if quick else (1.0, 1.0)
    made: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []
    for margin, discordance in gate_bars.CELLS:
        cell = {"margin": margin, "discordance": discordance}
        name = f"d {margin:.2f}, discordance {discordance:.2f}"
        made.append((name, gate_bars.nulls, cell | {"runs": round(20_000 * some)}))
        made.append((name, gate_bars.power, cell | {"runs": round(2_000 * few)}))
    made += [("drift", gate_bars.drift, {"block": block, "runs": round(1_000 * few)}) for block in (25, 100, 300)]
    for turns, copied in ((4, 0.3), (8, 0.3), (8, 0.6)):
        made.append(("clusters", gate_bars.clustered, {"turns": turns, "copied": copied, "runs": round(1_500 * few)}))
    made += [("lost", gate_bars.lost, {"chance": chance, "runs": round(500 * max(few, 0.4))}) for chance in (0.1, 0.3)]
    labelled = {"propensity": 0.25, "runs": round(1_000 * few)}
    made += [("judge", live_bars.judge_nulls, labelled | {"judge": judge}) for judge in streams.PANDA]
    judges = (*streams.PANDA, "strong (made up)")
    made += [("labels", live_bars.judge_labels, labelled | {"judge": judge}) for judge in judges]
    made += [("rollback", live_bars.rollback, {"share": share, "runs": round(2_000 * few)}) for share in (1, 5, 25, 50)]
    made += [("watch", live_bars.watch, {"level": level, "runs": round(1_000 * few)}) for level in (1_000.0, 10_000.0)]
    made += [("shards", books_bars.shards, {}), ("speed", books_bars.throughput, {})]
    made += _with_data(data, few)
    return [Task(n, name, call, given | {"seed": seed + n}) for n, (name, call, given) in enumerate(made)]


def _with_data(data: Path | None, few: float) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    if data is None:
        return
    slices = real.read(data)
    yield "real nulls", gate_bars.real_nulls, {"slices": slices, "streams_each": round(200 * few)}
    for margin in (0.02, 0.05, 0.10):
        given = {"slices": slices, "margin": margin, "seeds": round(200 * few), "pairs": 5_000}
        yield f"real stream, d {margin:.2f}", gate_bars.replayed, given
    yield "fleet", live_bars.fleet, {"slices": slices, "worlds": round(200 * few)}
    yield "store", books_bars.through_the_store, {"slices": slices, "pairs": 1_500}


MISSING = (
    ("1", "ever 25 % at the margin, real slices"),
    ("issue", "real stream: a slice below its margin ever opens 25 %"),
    ("7", "fleet: share of wrong ones among those at 100 %"),
    ("8", "slices whose record a replay does not reproduce"),
)


def run(todo: list[Task], *, quick: bool, done: Callable[[Task], None], with_data: bool) -> Result:
    """Do all tasks; `done` is told of each."""
    answers = dict(_all(todo, done))
    lines = [line for task in todo for line in answers[task.order][0]]
    peers = {task.name: answers[task.order][1] for task in todo if answers[task.order][1]}
    if not with_data:
        lines += [Line(bar=bar, what=what, shown="not run: give --data", limit=0.0) for bar, what in MISSING]
    return Result(sorted(lines, key=lambda line: line.bar), peers, quick)


def _all(todo: Iterable[Task], done: Callable[[Task], None]) -> Iterator[tuple[int, Answer]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        # Nothing may run beside what reads the clock.
        alone = [task for task in todo if task.call is books_bars.throughput]
        for task in alone:
            yield task.order, pool.submit(task.run).result()[1]
            done(task)
        for future in as_completed([pool.submit(task.run) for task in todo if task not in alone]):
            task, answer = future.result()
            yield task.order, answer
            done(task)
