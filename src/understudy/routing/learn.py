"""Learn: lessons in, a belief out; whether it may serve is the contest's to say.

Means by kind, a text model of each model's gain over the incumbent, the dial's price. Everything that is decided about
the text (whether it may speak, at which price) rests on predictions for prompts that were not learned from.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from understudy.canon.value import Value
from understudy.routing.beliefs import Belief, Dial, DialName, Learned, Record, Start
from understudy.routing.board import Model
from understudy.routing.cascade import MIN_COMPARED, Cascade, Compared, cascade, weak_and_dear
from understudy.routing.decide import DITHER, MIN_LABELS
from understudy.routing.dials import Window, counts_dollars, turn
from understudy.routing.forecast import Foreseen, foresee
from understudy.routing.lessons import Lesson, by_slice, lot_of
from understudy.routing.priors import Prior
from understudy.routing.records import Kin, Leaf, kin_of, records_of
from understudy.routing.siblings import start_of
from understudy.routing.text import Design, TextModel, design, learner, packed, tried, unpacked
from understudy.stats.offpolicy import ONE_SIDED
from understudy.stats.ridge import Places, Vector
from understudy.stats.shrinkage import shrunk, tally

FOLDS = 5
# Pairs of outcomes before a text model is tried at all, and on a kind before it may speak there.
MIN_PAIRS = 100
# The newest lessons are learned from; more of them change little and take long.
MAX_LESSONS = 20_000
# A prompt that shares less with what was learned than all but this share of prompts that were held out is foreign.
FOREIGN = 0.01
_VERSION_HEX = 12
# At so many lessons a belief is learned anew, then after every REFIT_EVERY more (RT-6.3).
REFITS = (50, 100, 200, 500)
REFIT_EVERY = 500
NO_DIAL: tuple[DialName, float] = ("quality", 1.0)


class Pool(Value, frozen=True, kw_only=True):
    """What is learned for: the models of a route, which of them answers when in doubt, the dial, the traffic.

    `wait_s` is how long users have to react before an answer is learned from, `compared` the mean share of requests
    that all models answer, `latency_price` what a second costs, `priors` what the operator expects of models. `scale`
    says what outcomes are measured by: a judge against the incumbent, or, empty, a check.
    """

    route: str
    models: tuple[Model, ...]
    incumbent: str
    dial: DialName = NO_DIAL[0]
    aim: float = NO_DIAL[1]
    requests_per_day: float = 0.0
    wait_s: float = 0.0
    compared: float = 0.0
    cascade: bool = False
    latency_price: float = 0.0
    priors: dict[str, Prior] = {}
    scale: str = ""


class Table(NamedTuple):
    """Lessons that have an outcome of every model: one row a lesson, one column a model of the pool."""

    lessons: list[Lesson]
    outcomes: Vector
    prompts: Design
    folds: Places

    def take(self, rows: Places) -> "Table":
        """These lessons, in this order."""
        told = [self.lessons[row] for row in rows]
        return Table(told, self.outcomes[rows], self.prompts.take(rows), self.folds[rows])


def fits(belief: Belief, pool: Pool) -> bool:
    """Whether a belief was learned for this pool, its dial and its priors, as the operator has them now.

    A model that was added since, and what is expected of it, change nothing of what is believed of the others.
    """
    names = {model.name for model in pool.models}
    known = {name for records in belief.records.values() for name in records}
    learned_for = (belief.incumbent, belief.dial.name, belief.dial.aim, belief.latency_price, belief.scale)
    wanted = (pool.incumbent, pool.dial, pool.aim, pool.latency_price, pool.scale)
    told_otherwise = any(belief.priors.get(name) != pool.priors.get(name) for name in known)
    return learned_for == wanted and known <= names and not told_otherwise


def refit_due(lessons: int, learned_from: int) -> bool:
    """Whether there is enough that is new to learn again."""
    if lessons >= REFITS[-1]:
        return lessons // REFIT_EVERY > learned_from // REFIT_EVERY
    return any(learned_from < step <= lessons for step in REFITS)


class Fitted(NamedTuple):
    """A belief, and by lesson id what it would have chosen without having learned from it."""

    belief: Belief
    chosen: dict[str, str]


def believe(
    lessons: Sequence[Lesson],
    pool: Pool,
    kin: Kin | None = None,
    *,
    at_s: float = 0.0,
    since_s: float = 0.0,
    drift: str = "",
) -> Fitted:
    """What these lessons of one tenant's route teach; `kin` is what all tenants' means say.

    The traffic is that from `since_s` on: for it the dial is turned, on its comparisons, and it says what answers cost.
    How good the models are is taught by all lessons.
    """
    told = list(lessons)[-MAX_LESSONS:]
    kin = kin or kin_of(told, {pool.route: pool.incumbent})
    tenant = told[-1].tenant if told else ""
    slices = by_slice(told)
    plain = records_of(slices, tenant, pool.route, kin, pool.incumbent)
    starts = _starts(plain, pool)
    records = records_of(slices, tenant, pool.route, kin, pool.incumbent, starts) if starts else plain
    asked = [one for one in told if one.at_s >= since_s]
    records = _repriced(records, asked) if len(asked) < len(told) else records
    table = _table(told, pool)
    # Without priors, so that the text is learned from what was seen alone.
    held = _means_held_out(table, pool)
    texts, said = _texts(table, held, pool)
    speaks = _speaks(table, held, said, pool)
    # Where quality is promised it is judged on lessons that were held out; where a share or money is, the choices must
    # be those that will be made.
    means = held if pool.dial in ("quality", "quality_target") else _means(table, records, pool)
    believed = means + np.where(np.isin([one.kind for one in table.lessons], speaks)[:, None], said, 0.0)
    believed = believed - pool.latency_price * _seconds(table, records, pool)
    rows = _newest(table, asked)
    now, believed = table.take(rows), np.where(_known(table, records, pool), believed, -np.inf)[rows]
    weights = traffic_weights([one.kind for one in asked], [one.kind for one in now.lessons])
    window = _window(now, believed, _dollars(now, records, pool), weights, pool)
    dial = _dial(now, window, pool)
    belief = Belief(
        version=_version(told, pool, next((model.vectors for model in texts.values()), "")),
        tenant=tenant,
        route=pool.route,
        incumbent=pool.incumbent,
        at_s=at_s,
        labels=sum(bool(one.outcomes) for one in told),
        records=records,
        dial=dial,
        texts={name: packed(model) for name, model in texts.items()},
        speaks=tuple(speaks),
        cascades=_cascades(table, pool) if pool.cascade else {},
        latency_price=pool.latency_price,
        priors=pool.priors,
        scale=pool.scale,
        drift=drift,
    )
    forecast = foresee(belief, pool.models, asked, _foreseen(now, said[rows], speaks, pool)) if asked else None
    return Fitted(replace(belief, forecast=forecast), _choices(now, window, dial, pool))


def _repriced(records: Mapping[str, Mapping[str, Record]], asked: Sequence[Lesson]) -> dict[str, dict[str, Record]]:
    """The records with what answers cost in the traffic of now, drawn toward what they cost in all."""
    found = {kind: dict(told) for kind, told in records.items()}
    for (kind, model), slice_ in by_slice(asked).items():
        paid, record = slice_.paid(), found.get(kind, {}).get(model)
        if paid and record is not None and record.cost_usd is not None:
            cost_usd = shrunk(tally(paid, [1.0] * len(paid)), record.cost_usd)
            found[kind][model] = replace(record, cost_usd=cost_usd)
    return found


def _newest(table: Table, asked: Sequence[Lesson]) -> Places:
    """The comparisons that stand for what is asked: of each kind those of the same time, and as many of before as it
    takes to have MIN_PAIRS.
    """
    since_s = min((one.at_s for one in asked), default=math.inf)
    left = {one.kind: MIN_PAIRS for one in asked}
    rows = []
    for row, one in reversed(list(enumerate(table.lessons))):
        if one.kind in left and (one.at_s >= since_s or left[one.kind] > 0):
            left[one.kind] -= 1
            rows.append(row)
    return np.array(rows[::-1], dtype=np.int64)


def _foreseen(now: Table, said: Vector, speaks: Sequence[str], pool: Pool) -> list[Foreseen]:
    names = [model.name for model in pool.models]
    texts = [dict(zip(names, gains, strict=True)) for gains in said.tolist()]
    pairs = zip(now.lessons, texts, strict=True)
    return [Foreseen(one, text) for one, text in pairs if one.kind in speaks]


def _starts(records: Mapping[str, Mapping[str, Record]], pool: Pool) -> dict[tuple[str, str], Start]:
    """Where means start, by kind and model; siblings lend theirs as they are without one another's."""
    found = {
        (kind, model.name): start_of(model, kind, pool.models, told, pool.priors)
        for kind, told in records.items()
        for model in pool.models
    }
    return {place: start for place, start in found.items() if start is not None}


def _cascades(table: Table, pool: Pool) -> dict[str, Cascade]:
    """By kind what it comes to if the first own model answers first, and the incumbent what the check refuses."""
    first = next((model.name for model in pool.models if model.owned and model.name != pool.incumbent), None)
    if first is None:
        return {}
    by_kind: dict[str, list[Compared]] = defaultdict(list)
    for one in table.lessons:
        outcome = Compared(
            one.outcomes[first],
            one.outcomes[pool.incumbent],
            one.usd.get(first),
            one.usd.get(pool.incumbent),
            one.said if one.served == first else None,
            one.said if one.served == pool.incumbent else None,
        )
        by_kind[one.kind].append(outcome)
    enough = {kind: told for kind, told in by_kind.items() if len(told) >= MIN_COMPARED and not weak_and_dear(told)}
    return {kind: cascade(first, pool.incumbent, told) for kind, told in enough.items()}


def _choices(table: Table, window: Window, dial: Dial, pool: Pool) -> dict[str, str]:
    if not table.lessons:
        return {}
    chosen = np.argmax(window.believed - dial.price * window.dear, axis=1)
    return {lesson.id: pool.models[place].name for lesson, place in zip(table.lessons, chosen, strict=True)}


def unfold(belief: Belief) -> Learned:
    """A belief as the board has it."""
    return Learned(belief, {name: unpacked(raw) for name, raw in belief.texts.items()})


def _table(lessons: Sequence[Lesson], pool: Pool) -> Table:
    names = [model.name for model in pool.models]
    whole = [one for one in lessons if all(name in one.outcomes for name in names)]
    outcomes = np.array([[one.outcomes[name] for name in names] for one in whole]).reshape(-1, len(names))
    folds = np.array([_fold(one) for one in whole], dtype=np.int64)
    return Table(whole, outcomes, design([one.prompt for one in whole]), folds)


def _fold(lesson: Lesson) -> int:
    """By the prompt and not by the request: traffic repeats itself, and a repeated prompt is no new evidence."""
    prompt = lesson.prompt
    told = hashlib.sha256(prompt.hand.tobytes() + prompt.words.buckets.tobytes() + prompt.chars.buckets.tobytes())
    return told.digest()[0] % FOLDS


def _place(pool: Pool) -> int:
    return [model.name for model in pool.models].index(pool.incumbent)


def _texts(table: Table, means: Vector, pool: Pool) -> tuple[dict[str, TextModel], Vector]:
    """A text model for each model but the incumbent, and what each says of the prompts that were held out.

    It is learned from what the kinds' means leave open (RT-2.2): added to a mean, a gain would count the kind twice.
    What prompts mean by word vectors counts for all of them or for none (RT-2.5).
    """
    said, base = np.zeros_like(table.outcomes), _place(pool)
    gains = table.outcomes - table.outcomes[:, [base]]
    # Traffic that is one prompt over and over leaves nothing to hold out.
    if len(table.lessons) < MIN_PAIRS or len(np.unique(table.folds)) < FOLDS or not gains.any():
        return {}, said
    columns = np.flatnonzero(gains.any(axis=0))
    left = (gains - (means - means[:, [base]]))[:, columns]
    prompts, held = tried(table.prompts, left, table.folds)
    taught, support = learner(prompts), np.quantile(held.known, FOREIGN, axis=0)
    said[:, columns] = held.gains
    return {pool.models[column].name: taught(left[:, k], float(support[k])) for k, column in enumerate(columns)}, said


def _means_held_out(table: Table, pool: Pool) -> Vector:
    """What the means by kind say of each lesson, without its own fold."""
    found = np.zeros_like(table.outcomes)
    tenant = table.lessons[0].tenant if table.lessons else ""
    for fold in range(FOLDS):
        inside = np.flatnonzero(table.folds == fold)
        outside = [one for one, its in zip(table.lessons, table.folds, strict=True) if its != fold]
        kin = kin_of(outside, {pool.route: pool.incumbent})
        means: dict[str, list[float]] = {}
        for row in inside:
            kind = table.lessons[row].kind
            if kind not in means:
                leaves = (Leaf(tenant, pool.route, kind, model.name, pool.incumbent) for model in pool.models)
                means[kind] = [kin.mean(leaf) for leaf in leaves]
            found[row] = means[kind]
    return found


def _means(table: Table, records: Mapping[str, Mapping[str, Record]], pool: Pool) -> Vector:
    """What the means by kind say of each lesson, its own outcome among them."""
    rows = [[records[one.kind][model.name].mean for model in pool.models] for one in table.lessons]
    return np.array(rows).reshape(-1, len(pool.models))


def _speaks(table: Table, means: Vector, said: Vector, pool: Pool) -> list[str]:
    """The kinds on which the text predicts gains better than the mean alone, held out, with a one-sided 95 % bound."""
    if not said.any():
        return []
    base = _place(pool)
    gains = table.outcomes - table.outcomes[:, [base]]
    plain = means - means[:, [base]]
    better = (((gains - plain) ** 2) - ((gains - plain - said) ** 2)).sum(axis=1)
    kinds = np.array([one.kind for one in table.lessons])
    return [str(kind) for kind in np.unique(kinds) if _surely_positive(better[kinds == kind])]


def _surely_positive(values: Vector) -> bool:
    if len(values) < MIN_PAIRS:
        return False
    return bool(values.mean() - ONE_SIDED * values.std(ddof=1) / math.sqrt(len(values)) > 0)


def _seconds(table: Table, records: Mapping[str, Mapping[str, Record]], pool: Pool) -> Vector:
    """How long each model's answer takes by what is known of the kind; 0 where nobody measured it."""
    rows = [[records[one.kind][model.name].latency_ms or 0.0 for model in pool.models] for one in table.lessons]
    return np.array(rows).reshape(-1, len(pool.models)) / 1_000


def _known(table: Table, records: Mapping[str, Mapping[str, Record]], pool: Pool) -> NDArray[np.bool_]:
    """Where a model may be chosen: the incumbent everywhere, others where outcomes enough are known of them."""
    known = np.ones_like(table.outcomes, dtype=bool)
    for row, lesson in enumerate(table.lessons):
        for column, model in enumerate(pool.models):
            record = records.get(lesson.kind, {}).get(model.name)
            known[row, column] = model.name == pool.incumbent or (record is not None and record.n >= MIN_LABELS)
    return known


def _dial(table: Table, window: Window, pool: Pool) -> Dial:
    if len(table.lessons) < MIN_LABELS:
        few = f"{len(table.lessons)} compared prompts; {MIN_LABELS:.0f} are asked before the dial is turned"
        return Dial(name=pool.dial, aim=pool.aim, price=0.0, per="call", met=False, words=few)
    return turn(pool.dial, pool.aim, window, pool.requests_per_day)


def traffic_weights(asked: Sequence[str], compared: Sequence[str]) -> Vector:
    """How many requests each compared prompt stands for: kinds are not compared equally often, and traffic counts."""
    requests, prompts = Counter(asked), Counter(compared)
    weights = np.array([requests[kind] / prompts[kind] for kind in compared])
    return weights * (len(weights) / weights.sum()) if len(weights) else weights


def _dollars(table: Table, records: Mapping[str, Mapping[str, Record]], pool: Pool) -> Vector:
    """What each model's answer costs, by the means that decisions charge for; NaN where nothing is known."""
    rows = [[records[one.kind][model.name].cost_usd for model in pool.models] for one in table.lessons]
    return np.array(rows, dtype=np.float64).reshape(-1, len(pool.models))


def _window(table: Table, believed: Vector, dollars: Vector, weights: Vector, pool: Pool) -> Window:
    rented = np.array([not model.owned for model in pool.models])
    shape = believed.shape
    if pool.dial != "quality":
        lots = np.array([lot_of(one) for one in table.lessons])
        believed = believed + np.where(rented, DITHER * (lots[:, None] - 0.5), 0.0)
    dear = (
        np.nan_to_num(dollars)
        if counts_dollars(pool.dial, rented)
        else np.tile(rented.astype(np.float64), (shape[0], 1))
    )
    kinds = np.unique([one.kind for one in table.lessons], return_inverse=True)[1].astype(np.int64)
    return Window(believed, table.outcomes, dear, rented, dollars, _place(pool), kinds, weights)


def _version(lessons: Sequence[Lesson], pool: Pool, vectors: str) -> str:
    settings = (pool.route, pool.incumbent, pool.dial, pool.aim, pool.latency_price, pool.scale)
    told = hashlib.sha256("\0".join(map(str, settings)).encode())
    told.update(repr(sorted(pool.priors.items())).encode())
    told.update(vectors.encode())
    for one in lessons:
        told.update(f"{one.id}{sorted(one.outcomes.items())}".encode())
    return told.hexdigest()[:_VERSION_HEX]
