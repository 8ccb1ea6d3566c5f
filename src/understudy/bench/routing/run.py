"""The whole bench of the router as a list of tasks, on as many processes as there are cores."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from understudy.bench.parity.real import CLONE, GPT4, NoData
from understudy.bench.parity.real import MIXTRAL as WEAK
from understudy.bench.routing import cascades, data, latency, many, online, starts, suites, worded
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.rows import Suite
from understudy.bench.routing.scoring import Measured, measured
from understudy.engines.vectors import load_vectors
from understudy.stats.vectors import Vectors

T = TypeVar("T")
NAMES = (
    "routellm-mmlu",
    "routellm-gsm8k",
    "transfer",
    "unseen-slices",
    "online",
    "starts",
    "cascades",
    "latency",
    "mt-bench",
    "routerarena-sub10",
    "mmlu-pro",
    "mmlu-pro-pool",
)
GEMINI, HAIKU = "gemini-2.0-flash-001", "claude-3-haiku-20240307"
PRO, MIXTRAL = "gemini-1.5-pro-002", "Mixtral-8x7B-Instruct-v0.1"
LARGE, SMALL = "Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-8B-Instruct"
# What suites read in the folder of sets, and of which models; the others read the pair in the clone.
READS = {
    "online": ((data.MMLU_PRO, (online.RENTED, online.OWN)),),
    "starts": ((data.MMLU_PRO, (starts.INCUMBENT,)),),
    "cascades": ((data.ARENA, (GEMINI, HAIKU)), (data.MMLU_PRO, (SMALL, LARGE))),
    "routerarena-sub10": ((data.ARENA, (GEMINI, HAIKU)),),
    "mmlu-pro": ((data.MMLU_PRO, (PRO, MIXTRAL)), (data.MMLU_PRO, (LARGE, SMALL))),
    "mmlu-pro-pool": ((data.MMLU_PRO, ()),),
}
# Dollars for a million tokens: as the paper of RouteLLM prices its pair; and, as an assumption, a cent for each billion
# of parameters of Llama's.
PAPER_PRICES = {GPT4: 24.7, WEAK: 0.24}
PRICES_BY_SIZE = {LARGE: 0.70, SMALL: 0.08}


class Task(msgspec.Struct, frozen=True):
    """One suite to run: its name, the folder that it reads, a clone and vectors besides, how often it simulates."""

    name: str
    folder: Path | None
    runs: int = 1
    clone: Path | None = None
    vectors: Path | None = None

    def run(self) -> list[Suite]:
        """Do it."""
        return _CALLS[self.name](self)


def tasks(
    routellm: Path | None, sets: Path | None, *, only: Sequence[str], quick: bool, vectors: Path | None = None
) -> list[Task]:
    """What there is to do with these folders.

    Raises NoData where no folder is named, or for an unknown suite, and VectorsRefused.
    """
    if vectors is not None:
        load_vectors(vectors)
    unknown = [name for name in only if name not in NAMES]
    if unknown:
        raise NoData(f"there is no suite {unknown[0]!r}", f"--suite is one of: {', '.join(NAMES)}")
    if routellm is None and sets is None:
        raise NoData("nothing to read: neither --data nor --sets is given", f"{CLONE}\n{data.SETS}")
    found = []
    for name in only or NAMES:
        folder = sets if name in READS else routellm
        if folder is not None:
            runs = max(2, FROZEN.online_seeds // 10) if quick else FROZEN.online_seeds
            found.append(Task(name, folder, runs if name in ("online", "starts") else 1, routellm, vectors))
        elif name == "cascades":
            found.append(Task(name, None, clone=routellm))
    return found


def read_once(todo: Sequence[Task]) -> list[str]:
    """Read all that the tasks will read, before anything is computed. Raises NoData; returns what is not whole."""
    clones = {task.clone if task.name in READS else task.folder for task in todo}
    sets = {(task.folder, read) for task in todo for read, _ in READS.get(task.name, ())}
    found = {name: items for clone in clones if clone is not None for name, items in data.routellm(clone).items()}
    found |= {name: data.parquet(folder, name) for folder, name in sorted(sets) if folder is not None}
    asked = [read for task in todo for read in READS.get(task.name, ())]
    asked += [(name, (GPT4, WEAK)) for name in (data.MMLU, data.GSM8K, data.MT_BENCH)]
    for name, models in asked:
        if name in found and not data.answered(found[name], models):
            raise NoData(f"no prompt of {name} has outcomes of both {' and '.join(models)}", f"{CLONE}\n{data.SETS}")
    return [words for name, items in found.items() if (words := data.partial(name, items)) is not None]


def run(todo: Sequence[Task], done: Callable[[Task], None]) -> list[Suite]:
    """Do all tasks, those that read the clock alone; `done` is told of each."""
    clocked = [task for task in todo if task.name == "latency"]
    found = _each(clocked, Task.run, done) | _each([task for task in todo if task not in clocked], Task.run, done)
    return [suite for task in todo for suite in found[task.name]]


def explain(todo: Sequence[Task], count: int, done: Callable[[Task], None]) -> list[worded.Told]:
    """`count` decisions in words for each suite that tells two models apart; the others are left out."""
    found = _each([task for task in todo if task.name in _ASKING], partial(_explained, count=count), done)
    return [told for task in todo for told in found.get(task.name, ())]


def _explained(task: Task, count: int) -> list[worded.Told]:
    return [worded.worded(asking, count) for asking in _ASKING[task.name](task)]


def _each(todo: Sequence[Task], call: Callable[[Task], T], done: Callable[[Task], None]) -> dict[str, T]:
    """What comes of each task, on as many processes as there are cores."""
    found = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        running = {pool.submit(call, task): task for task in todo}
        for future in as_completed(running):
            found[running[future].name] = future.result()
            done(running[future])
    return found


def _measured(task: Task, *names: str) -> list[Measured]:
    """RouteLLM's pair on these of its benchmarks."""
    found, vectors = data.routellm(_folder(task)), _vectors(task)
    return [measured(found[name], GPT4, WEAK, vectors) for name in names]


def _folder(task: Task) -> Path:
    if task.folder is None:
        raise ValueError(f"the suite {task.name!r} reads a folder")
    return task.folder


def _pair(task: Task, title: str, learned_on: str, asked: str | None = None) -> list[worded.Asking]:
    """RouteLLM's pair, on prompts of the benchmark that it learned from, or of another one."""
    found = data.routellm(_folder(task))
    others = None if asked is None else found[asked]
    return [worded.Asking(task.name, title, GPT4, WEAK, found[learned_on], others)]


def _pairs(task: Task, name: str, *pairs: tuple[str, str]) -> list[worded.Asking]:
    items = data.parquet(_folder(task), name)
    return [worded.Asking(task.name, f"{strong} against {weak}", strong, weak, items) for strong, weak in pairs]


def _vectors(task: Task) -> Vectors | None:
    return load_vectors(task.vectors) if task.vectors is not None else None


def _mmlu_pro(task: Task) -> list[Suite]:
    items, vectors = data.parquet(_folder(task), data.MMLU_PRO), _vectors(task)
    pairs = {"Gemini 1.5 Pro against Mixtral": (PRO, MIXTRAL), "Llama 3.1 70B against 8B": (LARGE, SMALL)}
    return [
        suites.pair_suite("mmlu-pro", f"MMLU-Pro: {name} (reported only)", items, *pair, vectors=vectors)
        for name, pair in pairs.items()
    ]


def _cases(task: Task) -> list[cascades.Case]:
    """Where a cascade may pay, and where it never does: the same pair with the weak and dear model first."""
    found = []
    if task.clone is not None:
        title = "GSM8K, Mixtral then GPT-4 (the paper's prices, recorded answers)"
        sums = data.routellm(task.clone)[data.GSM8K]
        found.append(cascades.case(title, sums, (WEAK, GPT4), prices=PAPER_PRICES))
    if task.folder is not None:
        arena, pro = data.parquet(task.folder, data.ARENA), data.parquet(task.folder, data.MMLU_PRO)
        title = "MMLU-Pro by subject, Llama 3.1 8B then 70B (assumed prices, recorded lengths)"
        found += [
            cascades.case("RouterArena, the better and cheaper model first (recorded dollars)", arena, (GEMINI, HAIKU)),
            cascades.case("RouterArena, the weak and dear model first (recorded dollars)", arena, (HAIKU, GEMINI)),
            cascades.case(title, pro, (SMALL, LARGE), sliced=True, prices=PRICES_BY_SIZE),
        ]
    return found


_ASKING: dict[str, Callable[[Task], list[worded.Asking]]] = {
    "routellm-mmlu": lambda task: _pair(task, "MMLU by subject", data.MMLU),
    "routellm-gsm8k": lambda task: _pair(task, "GSM8K", data.GSM8K),
    "transfer": lambda task: _pair(task, "learned on MMLU, asked GSM8K", data.MMLU, data.GSM8K),
    "mt-bench": lambda task: _pair(task, "learned on MMLU, asked MT-Bench", data.MMLU, data.MT_BENCH),
    "routerarena-sub10": lambda task: _pairs(task, data.ARENA, (GEMINI, HAIKU)),
    "mmlu-pro": lambda task: _pairs(task, data.MMLU_PRO, (PRO, MIXTRAL), (LARGE, SMALL)),
}
_CALLS: dict[str, Callable[[Task], list[Suite]]] = {
    "routellm-mmlu": lambda task: [suites.mmlu(*_measured(task, data.MMLU))],
    "routellm-gsm8k": lambda task: [suites.gsm8k(*_measured(task, data.GSM8K))],
    "transfer": lambda task: [suites.transfer(*_measured(task, data.MMLU, data.GSM8K))],
    "unseen-slices": lambda task: [suites.unseen(*_measured(task, data.MMLU))],
    "online": lambda task: [online.suite(data.parquet(_folder(task), data.MMLU_PRO), task.runs)],
    "starts": lambda task: [starts.suite(data.parquet(_folder(task), data.MMLU_PRO), task.runs)],
    "cascades": lambda task: [cascades.suite(case) for case in _cases(task)],
    "latency": lambda task: [latency.suite(data.routellm(_folder(task))[data.MMLU], _vectors(task))],
    "mt-bench": lambda task: suites.mt_bench(*_measured(task, data.MMLU, data.GSM8K, data.MT_BENCH)),
    "routerarena-sub10": lambda task: suites.arena(
        data.parquet(_folder(task), data.ARENA), GEMINI, HAIKU, _vectors(task)
    ),
    "mmlu-pro": _mmlu_pro,
    "mmlu-pro-pool": lambda task: [many.suite(data.parquet(_folder(task), data.MMLU_PRO))],
}
