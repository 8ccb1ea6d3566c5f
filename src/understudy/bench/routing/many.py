"""A pool of five models: what choosing among them comes to, beside the best one, turns, chance and the zero-router.

The pool is chosen by what the models are called, before any outcome is looked at: those whose names tell their size and
that they follow instructions; of each size the last by name, since later versions sort later; of these five, evenly
spread from the smallest to the largest. Prices are an assumption: a cent for each billion of parameters, for a million
tokens; a token is four recorded characters. Each model is paid at its mean cost.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.parity.real import NoData
from understudy.bench.routing.cascades import CHARS_PER_TOKEN
from understudy.bench.routing.data import SETS, Item, answered
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.leakage import Places, prints
from understudy.bench.routing.pools import PRICES, at_best, served
from understudy.bench.routing.rows import Served, Suite, Vector
from understudy.bench.routing.scoring import by_way, folded, slice_scores
from understudy.routing.text import Design, design, learner, read
from understudy.stats.ranking import aiq

POOL_SIZE = 5
USD_PER_BILLION = 0.01 / 1e6
_SIZE = re.compile(r"(?:(\d+)x)?(\d+)b\b", re.IGNORECASE)
_TUNED = re.compile(r"instruct|chat", re.IGNORECASE)


class Pooled(NamedTuple):
    """The items that every model answered: one row an item, one column a model, by assumed dollars of a request."""

    models: tuple[str, ...]
    items: list[Item]
    outcomes: Vector
    usd: Vector
    prompts: Design
    slices: NDArray[np.str_]


def size_of(model: str) -> int | None:
    """The billions of parameters that a name tells; None where it tells none."""
    found = _SIZE.search(model)
    return int(found[1] or 1) * int(found[2]) if found else None


def chosen_pool(models: Iterable[str]) -> tuple[str, ...]:
    """The pool, from the smallest model to the largest. Raises NoData where there are not models enough."""
    of_size: dict[int, str] = {}
    for model in sorted(models):
        size = size_of(model)
        if size is not None and _TUNED.search(model):
            of_size[size] = model
    if len(of_size) < POOL_SIZE:
        raise NoData(f"models of {len(of_size)} sizes answered; {POOL_SIZE} are asked for a pool", SETS)
    sizes = sorted(of_size)
    return tuple(of_size[sizes[round(place)]] for place in np.linspace(0, len(sizes) - 1, POOL_SIZE))


def pooled(items: Sequence[Item]) -> Pooled:
    """The pool's models on the items that all of them answered. Raises NoData."""
    models = chosen_pool({model for item in items for model in item.outcomes})
    known = [item for item in answered(items, models) if item.chars.keys() >= set(models)]
    prices = [USD_PER_BILLION * (size_of(model) or 0) / CHARS_PER_TOKEN for model in models]
    lengths = np.array([[len(item.prompt) + item.chars[model] for model in models] for item in known])
    return Pooled(
        models,
        known,
        np.array([[item.outcomes[model] for model in models] for item in known]),
        (lengths * prices).mean(axis=0),
        design([read(item.prompt) for item in known]),
        np.array([item.slice for item in known]),
    )


def suite(items: Sequence[Item]) -> Suite:
    """Five folds of the pool: reported only."""
    pool = pooled(items)
    marks = prints(pool.items)
    parts = folded(len(pool.items), marks, FROZEN.seeds[0])
    leaks = marks.over(parts)
    singles = ", ".join(f"{model} at ${usd:.6f}" for model, usd in zip(pool.models, pool.usd, strict=True))
    return Suite(
        name="mmlu-pro-pool",
        title=f"MMLU-Pro: a pool of {POOL_SIZE}, {FROZEN.folds} folds of {len(pool.items):,} (reported only)",
        served=policies(pool, parts),
        bars=(leaks.bar,),
        notes=(
            f"assumed prices, a cent for each billion of parameters and a million tokens; a request: {singles}",
            "the pool is chosen by the models' names and sizes, not by their outcomes",
            leaks.words,
        ),
    )


def policies(pool: Pooled, parts: Sequence[tuple[Places, Places]]) -> tuple[Served, ...]:
    """Every way to choose, over the items of all parts."""
    test = np.concatenate([part[1] for part in parts])
    outcomes, every = pool.outcomes[test], np.arange(len(test))
    quality = outcomes.mean(axis=0)
    best, low, high = int(np.argmax(quality)), float(pool.usd.min()), float(pool.usd.max())
    dear, points = float(pool.usd[best]), list(zip(pool.usd.tolist(), quality.tolist(), strict=True))

    def policy(name: str, places: NDArray[np.int64]) -> Served:
        return served(name, outcomes[every, places], float(pool.usd[places].mean()), dear)

    def always(place: int) -> Served:
        return policy(
            f"{'best single' if place == best else 'always'}: {pool.models[place]}", np.full_like(every, place)
        )

    draws = np.random.default_rng([FROZEN.seeds[0], 8]).integers(len(pool.models), size=len(test))
    believed = by_way([predicted(pool, *part) for part in parts])
    cheapest = np.where(outcomes == outcomes.max(axis=1)[:, None], pool.usd, np.inf).argmin(axis=1)
    hull = Served(
        name="zero-router", quality=float(quality[best]), usd=dear, cost=1.0, aiq=aiq(points, low, high), at_best=1.0
    )
    return (
        *map(always, range(len(pool.models))),
        policy("turns", every % len(pool.models)),
        policy("random", draws),
        hull,
        *(_routed(name, said, outcomes, pool.usd, best) for name, said in believed.items()),
        policy("oracle", cheapest),
    )


def predicted(pool: Pooled, train: Places, test: Places) -> dict[str, Vector]:
    """Each model's believed quality on the items of `test`, in each way, learned from `train` as a route learns it.

    Text predicts gains over the model that is best on what was learned from, as over an incumbent.
    """
    means = pool.outcomes[train].mean(axis=0)
    both = np.concatenate([test, train])
    columns = range(len(pool.models))
    sliced = means + np.array([slice_scores(pool.slices, pool.outcomes[:, k], train, both) for k in columns]).T
    base = int(np.argmax(means))
    taught, asked = learner(pool.prompts.take(train)), pool.prompts.take(test)
    text, beside = np.tile(means, (len(test), 1)), sliced[: len(test)].copy()
    for column in set(columns) - {base}:
        gains = pool.outcomes[train, column] - pool.outcomes[train, base]
        left = gains - (sliced[len(test) :, column] - sliced[len(test) :, base])
        text[:, column] += taught(gains, 0.0).gains(asked)
        beside[:, column] += taught(left, 0.0).gains(asked)
    return {"slice mean": sliced[: len(test)], "ours: text": text, "ours: both": beside}


def _routed(name: str, believed: Vector, outcomes: Vector, usd: Vector, best: int) -> Served:
    """A router at its best quality, and the area under all that it does at the prices of a dollar."""
    every = np.arange(len(believed))
    points = [(float(usd.min()), float(outcomes[:, int(np.argmin(usd))].mean()))]
    for price in PRICES:
        places = np.argmax(believed - price * usd, axis=1)
        points.append((float(usd[places].mean()), float(outcomes[every, places].mean())))
    chosen, single, dear = np.argmax(believed, axis=1), float(outcomes[:, best].mean()), float(usd[best])
    area = aiq(points, float(usd.min()), float(usd.max()))
    reached = at_best(points, single, dear)
    return served(name, outcomes[every, chosen], float(usd[chosen].mean()), dear, aiq=area, at_best=reached)
