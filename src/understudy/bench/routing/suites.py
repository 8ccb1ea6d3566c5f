"""The suites on recorded outcomes: which labels are learned from, which prompts are scored, what is asked.

RouteLLM's rows were read in public notes that quote its tables (arXiv 2406.18665), not in the paper itself; they used
MMLU validation questions and 65,000 Arena votes, ours use labels of the same distribution as the scored prompts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.parity.real import GPT4, MIXTRAL
from understudy.bench.routing.data import GSM8K, MMLU, MT_BENCH, Item, unwrapped
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.rows import Bar, Ranked, Row, Suite, Vector, at_least, rows_of
from understudy.bench.routing.scoring import (
    Measured,
    Places,
    disjoint,
    folds,
    leakage,
    measured,
    ranked,
    single_scores,
    split,
    text_scores,
)
from understudy.routing.board import Model
from understudy.routing.decide import decide
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.lessons import Lesson
from understudy.routing.text import Prompt, learn, read
from understudy.stats.ranking import aiq

Sets = Mapping[str, Sequence[Item]]
PAPER = "arXiv 2406.18665, by public notes"


class Study(NamedTuple):
    """The pair of RouteLLM, each benchmark's items as numbers, computed once for all suites."""

    mmlu: Measured
    gsm8k: Measured
    mt_bench: Measured


def study(sets: Sets) -> Study:
    """Read the pair's prompts."""
    return Study(*(measured(sets[name], GPT4, MIXTRAL) for name in (MMLU, GSM8K, MT_BENCH)))


def mmlu(pair: Measured) -> Suite:
    """1,500 labels, the rest scored."""
    runs, leaks = [], None
    for seed in FROZEN.seeds + FROZEN.more_seeds:
        train, test = split(len(pair.items), FROZEN.mmlu_labels, seed)
        train = disjoint(pair.items, train, test)
        leaks = leaks or leakage(pair.items, train, test)
        runs.append(ranked(pair, [(train, test)], seed, sliced=True))
    rows = rows_of(runs, len(FROZEN.seeds), _labels(FROZEN.mmlu_labels))
    published = Row(name="RouteLLM, best", apgr=0.603, cpt=(35.4, 70.3, None), published=True, source=PAPER)
    blind, both = _named(rows, "ours: text"), _named(rows, "ours: both")
    assert leaks is not None
    bars = (
        at_least("APGR, blind", blind.apgr, 0.64),
        at_least("lower end of its 95 % interval, above RouteLLM's 0.603", blind.low, 0.6030001),
        at_least("APGR with the slice", both.apgr, 0.665),
        _no_leak(leaks.same),
    )
    return Suite(
        name="routellm-mmlu",
        title=f"MMLU: {FROZEN.mmlu_labels:,} labels, {leaks.scored:,} prompts scored",
        rows=(*rows, published),
        bars=bars,
        notes=(
            _ends(pair),
            leaks.words,
            _calibrated(pair),
            f"{PAPER}: Arena votes + 1,500 gold labels, each column's best",
        ),
    )


def gsm8k(pair: Measured) -> Suite:
    """Five folds."""
    runs = [_in_folds(pair, seed, sliced=False) for seed in FROZEN.seeds + FROZEN.more_seeds]
    train, test = folds(len(pair.items), FROZEN.folds, 0)[0]
    leaks = leakage(pair.items, disjoint(pair.items, train, test), test)
    rows = rows_of(runs, len(FROZEN.seeds), _labels(len(train)))
    published = Row(name="RouteLLM, best", apgr=0.622, cpt=(33.6, 63.3, None), published=True, source=PAPER)
    ours = _named(rows, "ours: text")
    bars = (
        at_least("APGR", ours.apgr, 0.65),
        at_least("lower end of its 95 % interval, above 0.60", ours.low, 0.6000001),
        _no_leak(leaks.same),
    )
    return Suite(
        name="routellm-gsm8k",
        title=f"GSM8K: {FROZEN.folds} folds of {len(pair.items):,}",
        rows=(*rows, published),
        bars=bars,
        notes=(_ends(pair), leaks.words, f"{PAPER}: causal LLM + 120,000 judged prompts; recalled, not re-read"),
    )


def transfer(learned_on: Measured, scored: Measured) -> Suite:
    """Learned on MMLU, scored on GSM8K: the ranking is reported, the policy must serve the incumbent."""
    model_scores = _foreign(learned_on, scored)
    alone = single_scores(learned_on.prompts, learned_on.gains, scored.prompts)
    scores = {"length": scored.lengths, **alone, "ours: text": model_scores}
    rows = rows_of([Ranked(scored.strong, scored.weak, scores, 0)], 1, {"ours: text": len(learned_on.items)})
    share = _incumbent_share(learned_on, scored, np.arange(len(learned_on.items)), np.arange(len(scored.items)))
    return Suite(
        name="transfer",
        title="Zero labels: learned on MMLU, scored on GSM8K (ranking only)",
        rows=rows,
        bars=(at_least("share of prompts that the policy leaves with the incumbent", share, 1.0),),
        notes=("What was learned on one kind does not carry over to another; nothing here serves.",),
    )


def unseen(pair: Measured) -> Suite:
    """MMLU, groups of whole subjects left out: the ranking is reported, the policy must serve the incumbent."""
    names = np.unique(pair.slices)
    group = {str(name): place % FROZEN.unseen_groups for place, name in enumerate(names)}
    of = np.array([group[str(name)] for name in pair.slices])
    parts = [(np.flatnonzero(of != number), np.flatnonzero(of == number)) for number in range(FROZEN.unseen_groups)]
    rows = rows_of([ranked(pair, parts, 0, sliced=False)], 1, {})
    shares = [_incumbent_share(pair, pair, train[:2000], test[:500]) for train, test in parts[:2]]
    return Suite(
        name="unseen-slices",
        title=f"MMLU: {FROZEN.unseen_groups} groups of whole subjects left out (ranking only)",
        rows=rows,
        bars=(at_least("share of prompts that the policy leaves with the incumbent", float(np.mean(shares)), 1.0),),
    )


def mt_bench(pairs: Study) -> Suite:
    """Learned on MMLU and GSM8K, scored on 72 questions: reported only."""
    scores = _foreign(pairs.mmlu, pairs.mt_bench)
    lengths = pairs.mt_bench.lengths
    run = Ranked(pairs.mt_bench.strong, pairs.mt_bench.weak, {"length": lengths, "ours: text": scores}, 0)
    published = Row(name="RouteLLM, best", apgr=0.802, cpt=(13.4, 31.31, None), published=True, source=PAPER)
    return Suite(
        name="mt-bench",
        title="MT-Bench: learned on MMLU, scored on 72 questions (reported only)",
        rows=(*rows_of([run], 1, {}), published),
        notes=(
            f"{PAPER}: matrix factorisation + judge",
            "n = 72 gives ±.12; the published row rests on 120,000 judged prompts that this bench does not have.",
        ),
    )


def pair_suite(name: str, title: str, items: Sequence[Item], strong: str, weak: str, *notes: str) -> Suite:
    """Five folds of a pair of models with slices: reported only."""
    pair = measured(items, strong, weak)
    runs = [_in_folds(pair, seed, sliced=True) for seed in FROZEN.seeds]
    labels = len(pair.items) * (FROZEN.folds - 1) // FROZEN.folds
    means = _ends(pair, strong, weak)
    return Suite(name=name, title=title, rows=rows_of(runs, len(runs), _labels(labels)), notes=(means, *notes))


def arena(items: Sequence[Item], strong: str, weak: str) -> list[Suite]:
    """RouterArena's tenth, as it is and without its template: no rule may live on a benchmark's wrapper."""
    spent = {
        model: float(np.mean([item.usd[model] for item in items if model in item.usd])) for model in (strong, weak)
    }
    dollars = f"mean cost a call ${spent[strong]:.7f} and ${spent[weak]:.7f}"
    cost = f"{dollars}: the stronger model is the cheaper one, so there is nothing to trade"
    name, title = "routerarena-sub10", "RouterArena, a tenth (reported only)"
    bare = [item._replace(prompt=unwrapped(item.prompt)) for item in items]
    return [
        pair_suite(name, title, items, strong, weak, cost, _money(items, strong, weak)),
        pair_suite(name, f"{title}, wrappers stripped", bare, strong, weak),
    ]


def _money(items: Sequence[Item], strong: str, weak: str) -> str:
    """AIQ of ours, of the single models alone, and of turns: policies over prices, each paid at its mean cost."""
    pair = measured([item for item in items if {strong, weak} <= item.usd.keys()], strong, weak)
    run = _in_folds(pair, 0, sliced=True)
    usd = np.array([float(np.mean([item.usd[model] for item in pair.items])) for model in (strong, weak)])
    singles = [(usd[0], float(run.strong.mean())), (usd[1], float(run.weak.mean()))]
    gains = run.scores["ours: both"] + float(pair.gains.mean())
    prices = [0.0, *np.geomspace(1e-3, 1e6, 90)]
    ours = [_point(run, gains - price * (usd[0] - usd[1]) > 0, usd) for price in prices]
    low, high = float(usd.min()), float(usd.max())
    turns = _point(run, np.arange(len(gains)) % 2 == 0, usd)
    best = max(quality for _, quality in singles)
    reached = [cost for cost, quality in ours if quality >= best]
    dear = next(cost for cost, quality in singles if quality == best)
    at_best = f"{min(reached) / dear:.2f}" if reached else "not reached"
    cheapest = min(singles)
    return (
        f"AIQ ours {aiq([*ours, cheapest], low, high):.4f}, zero-router {aiq(singles, low, high):.4f}; "
        f"best single {best:.4f}, turns {turns[1]:.4f}; cost at the best single's quality {at_best}"
    )


def _point(run: Ranked, sent: NDArray[np.bool_], usd: Vector) -> tuple[float, float]:
    """Mean cost and quality where these items go to the strong model."""
    share = float(sent.mean())
    return share * float(usd[0]) + (1 - share) * float(usd[1]), float(np.where(sent, run.strong, run.weak).mean())


def _in_folds(pair: Measured, seed: int, *, sliced: bool) -> Ranked:
    parts = folds(len(pair.items), FROZEN.folds, seed)
    return ranked(pair, [(disjoint(pair.items, *part), part[1]) for part in parts], seed, sliced=sliced)


def _foreign(learned_on: Measured, scored: Measured) -> Vector:
    return learn(learned_on.prompts, learned_on.gains).gains(scored.prompts)


def _labels(count: int) -> dict[str, int]:
    return dict.fromkeys(("slice mean", "ours: text", "ours: both"), count)


def _ends(pair: Measured, strong: str = GPT4, weak: str = MIXTRAL) -> str:
    """What the fixed models come to: both ends of every curve."""
    ends = f"always {strong}: {pair.strong.mean():.4f}; always {weak}: {pair.weak.mean():.4f}"
    return f"{ends}; n = {len(pair.items):,}"


def _named(rows: Sequence[Row], name: str) -> Row:
    return next(row for row in rows if row.name == name)


def _no_leak(same: int) -> Bar:
    return Bar(what="scored prompts among the labelled ones", asked="0", shown=str(same), passed=same == 0)


def _calibrated(pair: Measured) -> str:
    """A threshold set on 1,000 prompts without labels, and the share of calls that it then gives."""
    train, test = split(len(pair.items), FROZEN.mmlu_labels, 0)
    scores = text_scores(pair.prompts, pair.gains, train, test)
    wanted = (10, 20, 35, 50, 80)
    cuts = np.quantile(scores[:1000], [1 - share / 100 for share in wanted])
    got = [100 * float((scores[1000:] > cut).mean()) for cut in cuts]
    return f"share asked {'/'.join(map(str, wanted))} %, realised {'/'.join(f'{one:.1f}' for one in got)} %"


def lessons_of(pair: Measured, places: Places) -> list[Lesson]:
    """These items as lessons of shadows: both outcomes known."""
    return [
        Lesson(
            id=pair.items[place].id,
            tenant="bench",
            route="bench",
            kind=pair.items[place].slice,
            at_s=0.0,
            prompt=read(pair.items[place].prompt),
            outcomes={GPT4: float(pair.strong[place]), MIXTRAL: float(pair.weak[place])},
            chances={},
        )
        for place in places
    ]


def pair_pool() -> Pool:
    """The pair as a pool: the strong model rented and in charge, the weak one own."""

    def model(name: str, *, owned: bool) -> Model:
        return Model(name=name, provider="", upstream=name, dialect="", endpoints=(), maker="", owned=owned)

    return Pool(route="bench", models=(model(GPT4, owned=False), model(MIXTRAL, owned=True)), incumbent=GPT4)


def _incumbent_share(learned_on: Measured, scored: Measured, train: Places, test: Places) -> float:
    """How many prompts of kinds that were never seen the policy leaves with the incumbent."""
    pool = pair_pool()
    learned = unfold(believe(lessons_of(learned_on, train[:2000]), pool).belief)

    def asked(place: int) -> Callable[[], Prompt]:
        return lambda: read(scored.items[place].prompt)

    kept = [
        decide(pool.models, pool.incumbent, learned, scored.items[place].slice, asked(place)).chosen == GPT4
        for place in test
    ]
    return float(np.mean(kept))
