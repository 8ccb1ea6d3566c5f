"""The suites on recorded outcomes: which labels are learned from, which prompts are scored, what is asked.

RouteLLM's rows were read in public notes that quote its tables (arXiv 2406.18665), not in the paper itself; they used
MMLU validation questions and 65,000 Arena votes, ours use labels of the same distribution as the scored prompts.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from understudy.bench.parity.real import GPT4, MIXTRAL
from understudy.bench.routing.data import Item, unwrapped
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.leakage import Leakage, Places, prints
from understudy.bench.routing.pools import pool_served
from understudy.bench.routing.reference import REFERENCE, single_scores
from understudy.bench.routing.rows import Bar, Ranked, Row, Suite, Vector, at_least
from understudy.bench.routing.scoring import (
    OURS,
    OVER_VECTORS,
    Measured,
    clocked,
    folded,
    joined,
    measured,
    ranked,
    split,
)
from understudy.bench.routing.sheet import sheet
from understudy.routing.board import Model
from understudy.routing.decide import decide
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.lessons import Lesson
from understudy.routing.text import Prompt, learn, read
from understudy.stats.vectors import Vectors

PAPER = "arXiv 2406.18665, by public notes"


def mmlu(pair: Measured) -> Suite:
    """1,500 labels, the rest scored."""
    seeds, marks = FROZEN.seeds + FROZEN.more_seeds, prints(pair.items)
    drawn = [split(len(pair.items), FROZEN.mmlu_labels, seed) for seed in seeds]
    parts = [(marks.disjoint(*part), part[1]) for part in drawn]
    runs = [
        ranked(pair, [part], seed, sliced=True, held_to_reference=True) for part, seed in zip(parts, seeds, strict=True)
    ]
    published = Row(name="RouteLLM, best", apgr=0.603, cpt=(35.4, 70.3, None), published=True, source=PAPER)
    found = sheet(
        "routellm-mmlu",
        f"MMLU: {FROZEN.mmlu_labels:,} labels, {len(parts[0][1]):,} prompts scored",
        runs,
        first=len(FROZEN.seeds),
        labels=_labels(FROZEN.mmlu_labels),
        leaks=marks.over(parts),
        cpu_ms=_clocked(pair, parts[0]),
        published=[published],
        notes=(_ends(pair), f"{PAPER}: Arena votes + 1,500 gold labels, each column's best"),
    )
    blind, both = _named(found.rows, "ours: text"), _named(found.rows, "ours: both")
    return _held_to(
        found,
        at_least("APGR, blind", blind.apgr, 0.64),
        at_least("lower end of its 95 % interval, above RouteLLM's 0.603", blind.low, 0.6030001),
        at_least("APGR with the slice", both.apgr, 0.665),
        *_over_reference(found.rows),
    )


def gsm8k(pair: Measured) -> Suite:
    """Five folds."""
    published = Row(name="RouteLLM, best", apgr=0.622, cpt=(33.6, 63.3, None), published=True, source=PAPER)
    found = _folded(
        "routellm-gsm8k",
        f"GSM8K: {FROZEN.folds} folds of {len(pair.items):,}",
        pair,
        FROZEN.seeds + FROZEN.more_seeds,
        sliced=False,
        held_to_reference=True,
        published=[published],
        notes=(_ends(pair), f"{PAPER}: causal LLM + 120,000 judged prompts; recalled, not re-read"),
    )
    ours = _named(found.rows, "ours: text")
    return _held_to(
        found,
        at_least("APGR", ours.apgr, 0.65),
        at_least("lower end of its 95 % interval, above 0.60", ours.low, 0.6000001),
        *_over_reference(found.rows),
    )


def transfer(learned_on: Measured, scored: Measured) -> Suite:
    """Learned on MMLU, scored on GSM8K: the ranking is reported, the policy must serve the incumbent."""
    alone = single_scores(learned_on.prompts, learned_on.gains, scored.prompts)
    found = _elsewhere(
        "transfer",
        "Zero labels: learned on MMLU, scored on GSM8K (ranking only)",
        learned_on,
        scored,
        alone,
        notes=(_ends(scored), "What was learned on one kind does not carry over to another; nothing here serves."),
    )
    share = _incumbent_share(learned_on, scored, np.arange(len(learned_on.items)), np.arange(len(scored.items)))
    return _held_to(found, at_least("share of prompts that the policy leaves with the incumbent", share, 1.0))


def unseen(pair: Measured) -> Suite:
    """MMLU, groups of whole subjects left out: the ranking is reported, the policy must serve the incumbent."""
    names, marks = np.unique(pair.slices), prints(pair.items)
    group = {str(name): place % FROZEN.unseen_groups for place, name in enumerate(names)}
    of = np.array([group[str(name)] for name in pair.slices])
    groups = [np.flatnonzero(of == number) for number in range(FROZEN.unseen_groups)]
    parts = [(marks.disjoint(np.setdiff1d(np.arange(len(of)), test), test), test) for test in groups]
    found = sheet(
        "unseen-slices",
        f"MMLU: {FROZEN.unseen_groups} groups of whole subjects left out (ranking only)",
        [ranked(pair, parts, 0, sliced=False)],
        first=1,
        labels={"ours: text": int(np.mean([len(train) for train, _ in parts]))},
        leaks=marks.over(parts),
        cpu_ms=_clocked(pair, parts[0]),
        notes=(_ends(pair),),
    )
    share = float(np.mean([_incumbent_share(pair, pair, train[:2000], test[:500]) for train, test in parts[:2]]))
    return _held_to(found, at_least("share of prompts that the policy leaves with the incumbent", share, 1.0))


def mt_bench(mmlu: Measured, gsm8k: Measured, scored: Measured) -> list[Suite]:
    """Learned on MMLU, and on MMLU and GSM8K, scored on 72 questions: reported only."""
    both = joined(mmlu, gsm8k)
    published = Row(name="RouteLLM, best", apgr=0.802, cpt=(13.4, 31.31, None), published=True, source=PAPER)
    notes = (
        _ends(scored),
        f"{PAPER}: matrix factorisation + judge",
        "n = 72 gives ±.12; the published row rests on 120,000 judged prompts that this bench does not have.",
    )
    alone = single_scores(both.prompts, both.gains, scored.prompts)
    found = [
        _elsewhere(
            "mt-bench",
            f"MT-Bench: learned on {name}, scored on {len(scored.items)} questions (reported only)",
            learned_on,
            scored,
            ways,
            published=[published],
            notes=notes,
        )
        for name, learned_on, ways in (("MMLU", mmlu, {}), ("MMLU and GSM8K", both, alone))
    ]
    return [msgspec.structs.replace(one, unit="the judge's score, 1 to 10") for one in found]


def _elsewhere(
    name: str,
    title: str,
    learned_on: Measured,
    scored: Measured,
    alone: Mapping[str, Vector],
    *,
    notes: Sequence[str],
    published: Sequence[Row] = (),
) -> Suite:
    """Prompts of one set ranked by what was learned on another."""
    marks, labels = prints([*learned_on.items, *scored.items]), len(learned_on.items)
    part = (np.arange(labels), labels + np.arange(len(scored.items)))
    chance = np.random.default_rng([0, 2]).random(len(scored.items))
    ways = {"random": chance, "length": scored.lengths, **alone}
    ways |= {"ours: text": _foreign(learned_on, scored)}
    if (meant := learned_on.over_vectors) is not None and (asked := scored.over_vectors) is not None:
        ways[OVER_VECTORS["ours: text"]] = _foreign(meant, asked)
    ways["oracle"] = scored.gains
    return sheet(
        name,
        title,
        [Ranked(scored.strong, scored.weak, ways, 0)],
        first=1,
        labels={"ours: text": labels},
        leaks=marks.between(*part),
        cpu_ms=clocked([item.prompt for item in scored.items], learned_on, np.arange(labels)),
        published=published,
        notes=notes,
    )


def pair_suite(
    name: str,
    title: str,
    items: Sequence[Item],
    strong: str,
    weak: str,
    *notes: str,
    vectors: Vectors | None = None,
) -> Suite:
    """Five folds of a pair of models with slices: reported only."""
    pair = measured(items, strong, weak, vectors)
    return _folded(name, title, pair, FROZEN.seeds, sliced=True, notes=(_ends(pair, strong, weak), *notes))


def _folded(
    name: str,
    title: str,
    pair: Measured,
    seeds: Sequence[int],
    *,
    sliced: bool,
    notes: Sequence[str],
    published: Sequence[Row] = (),
    held_to_reference: bool = False,
) -> Suite:
    """Five folds of a pair of models."""
    marks, leaks, runs = prints(pair.items), Leakage(), []
    for seed in seeds:
        parts = folded(len(pair.items), marks, seed)
        leaks = leaks.plus(marks.over(parts))
        runs.append(ranked(pair, parts, seed, sliced=sliced, held_to_reference=held_to_reference))
    return sheet(
        name,
        title,
        runs,
        first=len(FROZEN.seeds),
        labels=_labels(len(pair.items) * (FROZEN.folds - 1) // FROZEN.folds),
        leaks=leaks,
        cpu_ms=_clocked(pair, parts[0]),
        published=published,
        notes=notes,
    )


def _clocked(pair: Measured, part: tuple[Places, Places]) -> dict[str, tuple[float, ...]]:
    train, test = part
    return clocked([pair.items[place].prompt for place in test], pair, train[: FROZEN.mmlu_labels])


def _held_to(found: Suite, *bars: Bar) -> Suite:
    return msgspec.structs.replace(found, bars=(*bars, *found.bars))


def arena(items: Sequence[Item], strong: str, weak: str, vectors: Vectors | None = None) -> list[Suite]:
    """RouterArena's tenth, as it is and without its template: no rule may live on a benchmark's wrapper."""
    cost = "the stronger model is the cheaper one, so there is nothing to trade"
    name, title = "routerarena-sub10", "RouterArena, a tenth (reported only)"
    bare = [item._replace(prompt=unwrapped(item.prompt)) for item in items]
    served = pool_served(items, strong, weak)
    return [
        msgspec.structs.replace(pair_suite(name, title, items, strong, weak, cost, vectors=vectors), served=served),
        pair_suite(name, f"{title}, wrappers stripped", bare, strong, weak, vectors=vectors),
    ]


def _foreign(learned_on: Measured, scored: Measured) -> Vector:
    return learn(learned_on.prompts, learned_on.gains).gains(scored.prompts)


def _labels(count: int) -> dict[str, int]:
    return dict.fromkeys(("slice mean", *REFERENCE, *OURS, *OVER_VECTORS.values()), count)


def _ends(pair: Measured, strong: str = GPT4, weak: str = MIXTRAL) -> str:
    """What the fixed models come to: both ends of every curve."""
    ends = f"always {strong}: {pair.strong.mean():.4f}; always {weak}: {pair.weak.mean():.4f}"
    return f"{ends}; n = {len(pair.items):,}"


def _over_reference(rows: Sequence[Row]) -> list[Bar]:
    """Ours less the reference on the same prompts, all seeds together: it hangs on no luck of the draw."""
    there = {row.name: _all_seeds(row) for row in rows}
    return [
        at_least(f"APGR of {way} over that of {name}, all seeds", there[way] - there[name], 0.0)
        for name, way in zip(REFERENCE, OURS, strict=True)
        if name in there
    ]


def _all_seeds(row: Row) -> float:
    first, more = len(FROZEN.seeds), len(FROZEN.more_seeds)
    return ((row.apgr or 0) * first + (row.more or 0) * more) / (first + more)


def _named(rows: Sequence[Row], name: str) -> Row:
    return next(row for row in rows if row.name == name)


def lessons_of(
    items: Sequence[Item], models: tuple[str, str] = (GPT4, MIXTRAL), vectors: Vectors | None = None
) -> list[Lesson]:
    """These items as lessons of shadows: both outcomes known, dollars where they were recorded."""
    return [
        Lesson(
            id=item.id,
            tenant="bench",
            route="bench",
            kind=item.slice,
            at_s=0.0,
            prompt=read(item.prompt, vectors),
            outcomes={model: item.outcomes[model] for model in models},
            chances={},
            usd={model: item.usd[model] for model in models if model in item.usd},
        )
        for item in items
    ]


def pair_pool(models: tuple[str, str] = (GPT4, MIXTRAL)) -> Pool:
    """A pair as a pool: the strong model rented and in charge, the weak one own."""
    strong, weak = models

    def model(name: str, *, owned: bool) -> Model:
        return Model(name=name, provider="", upstream=name, dialect="", endpoints=(), maker="", owned=owned)

    return Pool(route="bench", models=(model(strong, owned=False), model(weak, owned=True)), incumbent=strong)


def _incumbent_share(learned_on: Measured, scored: Measured, train: Places, test: Places) -> float:
    """How many prompts of kinds that were never seen the policy leaves with the incumbent."""
    pool = pair_pool()
    learned = unfold(believe(lessons_of([learned_on.items[place] for place in train[:2000]]), pool).belief)

    def asked(place: int) -> Callable[[], Prompt]:
        return lambda: read(scored.items[place].prompt)

    kept = [
        decide(pool.models, pool.incumbent, learned, scored.items[place].slice, asked(place)).chosen == GPT4
        for place in test
    ]
    return float(np.mean(kept))
