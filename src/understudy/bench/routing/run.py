"""The whole bench of the router as a list of tasks, on as many processes as there are cores."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from understudy.bench.parity.real import GPT4, NoData
from understudy.bench.parity.real import MIXTRAL as WEAK
from understudy.bench.routing import cascades, data, latency, online, suites
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.rows import Suite
from understudy.engines.vectors import load_vectors
from understudy.stats.vectors import Vectors

NAMES = (
    "routellm-mmlu",
    "routellm-gsm8k",
    "transfer",
    "unseen-slices",
    "online",
    "cascades",
    "latency",
    "mt-bench",
    "routerarena-sub10",
    "mmlu-pro",
)
GEMINI, HAIKU = "gemini-2.0-flash-001", "claude-3-haiku-20240307"
PRO, MIXTRAL = "gemini-1.5-pro-002", "Mixtral-8x7B-Instruct-v0.1"
LARGE, SMALL = "Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-8B-Instruct"
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

    Raises data.NoData for a folder without the files, or an unknown name, and VectorsRefused.
    """
    if vectors is not None:
        load_vectors(vectors)
    unknown = [name for name in only if name not in NAMES]
    if unknown:
        raise NoData(f"there is no suite {unknown[0]!r}; there are {', '.join(NAMES)}")
    wanted = only or NAMES
    by_set = ("online", "cascades", "routerarena-sub10", "mmlu-pro")
    if routellm is None and sets is None:
        raise NoData("nothing to read: name a clone of lm-sys/RouteLLM with --data, or a folder of sets with --sets")
    if routellm is not None:
        data.routellm(routellm)
    found = []
    for name in wanted:
        folder = sets if name in by_set else routellm
        if folder is not None:
            runs = max(2, FROZEN.online_seeds // 10) if quick else FROZEN.online_seeds
            found.append(Task(name, folder, runs if name == "online" else 1, routellm, vectors))
        elif name == "cascades":
            found.append(Task(name, None, clone=routellm))
    return found


def run(todo: Sequence[Task], done: Callable[[Task], None]) -> list[Suite]:
    """Do all tasks, those that read the clock alone; `done` is told of each."""
    context = multiprocessing.get_context("spawn")
    found: dict[str, list[Suite]] = {}
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        for task in [task for task in todo if task.name == "latency"]:
            found[task.name] = pool.submit(task.run).result()
            done(task)
        running = {pool.submit(task.run): task for task in todo if task.name != "latency"}
        for future in as_completed(running):
            found[running[future].name] = future.result()
            done(running[future])
    return [suite for task in todo for suite in found[task.name]]


def _study(task: Task) -> suites.Study:
    return suites.study(data.routellm(_folder(task)), _vectors(task))


def _folder(task: Task) -> Path:
    if task.folder is None:
        raise ValueError(f"the suite {task.name!r} reads a folder")
    return task.folder


def _vectors(task: Task) -> Vectors | None:
    return load_vectors(task.vectors) if task.vectors is not None else None


def _mmlu_pro(task: Task) -> list[Suite]:
    items, vectors = data.parquet(_folder(task), "mmlu_pro"), _vectors(task)
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
        arena, pro = data.parquet(task.folder, "routerarena_sub10"), data.parquet(task.folder, "mmlu_pro")
        title = "MMLU-Pro by subject, Llama 3.1 8B then 70B (assumed prices, recorded lengths)"
        found += [
            cascades.case("RouterArena, the better and cheaper model first (recorded dollars)", arena, (GEMINI, HAIKU)),
            cascades.case("RouterArena, the weak and dear model first (recorded dollars)", arena, (HAIKU, GEMINI)),
            cascades.case(title, pro, (SMALL, LARGE), sliced=True, prices=PRICES_BY_SIZE),
        ]
    return found


_CALLS: dict[str, Callable[[Task], list[Suite]]] = {
    "routellm-mmlu": lambda task: [suites.mmlu(_study(task).mmlu)],
    "routellm-gsm8k": lambda task: [suites.gsm8k(_study(task).gsm8k)],
    "transfer": lambda task: [suites.transfer(_study(task).mmlu, _study(task).gsm8k)],
    "unseen-slices": lambda task: [suites.unseen(_study(task).mmlu)],
    "online": lambda task: [online.suite(data.parquet(_folder(task), "mmlu_pro"), task.runs)],
    "cascades": lambda task: [cascades.suite(case) for case in _cases(task)],
    "latency": lambda task: [latency.suite(data.routellm(_folder(task))[data.MMLU], _vectors(task))],
    "mt-bench": lambda task: [suites.mt_bench(_study(task))],
    "routerarena-sub10": lambda task: suites.arena(
        data.parquet(_folder(task), "routerarena_sub10"), GEMINI, HAIKU, _vectors(task)
    ),
    "mmlu-pro": _mmlu_pro,
}
