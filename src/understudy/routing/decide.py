"""Decide: which model of a pool answers one request, and the whole reason.

Order: constraints, stickiness, records of the slice, text where it may speak, price; unsure means the incumbent. Pure:
a belief, a prompt and a draw go in, a Decision comes out, which is also what the journal keeps and `explain` words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from understudy.canon.value import Value
from understudy.routing.beliefs import Belief, Learned, Point, Record, Start, Unserved
from understudy.routing.board import Model
from understudy.routing.fitness import Moment, Needs, compared, dearer, unfit
from understudy.routing.text import Contribution, Prompt

# Outcomes of both models on a kind before anything but the incumbent may answer it (RT-6.4: shadow 50 to 200).
MIN_LABELS = 50.0
# A running conversation changes its model only for this much more quality: a change costs cache and tone.
SWITCH_MARGIN = 0.10
# With a dial, the worth of rented models moves by half of this either way, by lot: a slice whose models are level at
# the dial's price is split, so that shares and budgets can be met between whole slices. It costs half a point at most.
DITHER = 0.01
# A price of latency that is no more than rounding.
_FREE = 1e-6
# Contributions told of a decision.
TOLD = 6
# Why a text model that would speak is silent.
OTHER_VECTORS = "it was learned with other word vectors than are loaded; it will be learned anew"


class Option(Value, frozen=True, kw_only=True):
    """One model of the pool: `out` says why it could not be chosen; else how good and how dear it is believed to be.

    An `unfit` one cannot, may not or should not answer this request; another that is out lacks outcomes. `start` is
    where its mean started: with no mean it is all that is known.
    """

    model: str
    owned: bool
    out: str | None = None
    unfit: bool = False
    n: float = 0.0
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    text: float = 0.0
    worth: float | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    start: Start | None = None


class Decision(Value, frozen=True, kw_only=True):
    """Who answers and why. `propensity` is the chance that this model had; `flips` is the counterfactual in words."""

    chosen: str
    incumbent: str
    why: str
    options: tuple[Option, ...]
    propensity: float = 1.0
    explored: bool = False
    belief: str = ""
    labels: int = 0
    text_speaks: bool = False
    # Why the text is silent on a kind where it had earned to speak.
    text_silent: str = ""
    contributions: tuple[tuple[str, str | int, float], ...] = ()
    dial: str = ""
    price: float = 0.0
    latency_price: float = 0.0
    flips: str = ""
    # What had changed, where that is why the belief was learned.
    drift: str = ""
    # The kind, and how it is known.
    kind: str = ""
    known: str = ""
    # The chosen model answers first, and another one what the check refuses.
    trial: bool = False
    # The share of such requests that all models answer.
    compared: float = 0.0
    # Who answers in turn where the chosen model fails before its first words.
    stand_ins: tuple[str, ...] = ()


class Draw(Value, frozen=True):
    """Chance from outside, uniform in [0, 1): whether and whom to explore with this rate, and which side of a tie."""

    lot: float = 0.5
    rate: float = 0.0


def decide(
    pool: Sequence[Model],
    incumbent: str,
    learned: Learned | Unserved | None,
    kind: str,
    prompt: Callable[[], Prompt],
    *,
    needs: Needs = Needs(),  # noqa: B008 - a frozen value
    moment: Moment = Moment(),  # noqa: B008 - a frozen value
    running: str | None = None,
    draw: Draw = Draw(),  # noqa: B008 - a frozen value
) -> Decision:
    """The decision for one request. The incumbent stands in wherever nothing better is sure; it may itself be out."""
    lead = "nothing is learned of this kind yet:"
    if isinstance(learned, Unserved):
        lead, learned = f"{learned.words};", None
    able = {model.name: unfit(model, needs, moment) for model in pool}
    if all(able.values()):
        return Decision(chosen=incumbent, incumbent=incumbent, why="no model fits", options=_outs(pool, able))
    out = {name: why or moment.resting.get(name) for name, why in able.items()}
    if all(out.values()):
        chosen, why = _first(able, incumbent), "every model rests after failures; this one is tried all the same"
        return Decision(chosen=chosen, incumbent=incumbent, why=why, options=_outs(pool, out))
    out |= dearer(_costs(pool, out, learned, kind), moment)
    fallback = _first(out, incumbent)
    if learned is not None and learned.belief.incumbent != incumbent:
        learned = None  # gains over another model say nothing
    records = learned.belief.records.get(kind, {}) if learned is not None else {}
    if learned is None or not records:
        whose = "the incumbent" if fallback == incumbent else "the incumbent is out, and the first that is not"
        why = f"{lead} {whose} answers"
        return _plain(pool, out, fallback, incumbent, why, running)
    numbers = prompt() if kind in learned.belief.speaks else None
    text = added(learned, kind, numbers)
    lot = draw.lot
    options = tuple(_option(model, out[model.name], records, text, learned.belief, lot) for model in pool)
    if fallback != incumbent:
        # Whoever stands in for the incumbent is the best of those of whom enough is known.
        known = {option.model: option.worth or 0.0 for option in options if option.out is None}
        fallback = max(known, key=lambda name: known[name], default=fallback)
    decision = _chosen(options, learned.belief, fallback, incumbent, running, draw)
    decision = _reasoned(decision, learned, text, numbers)
    return decision if running is not None else _cascaded(decision, learned.belief, kind)


def unhindered(
    pool: Sequence[Model], belief: Belief, kind: str, text: Mapping[str, float], lot: float = 0.5
) -> Decision:
    """The decision for a request that nothing keeps from any model, and whose text adds so much to each.

    What would move it is left out: many are made where one is learned from, and nobody reads them.
    """
    records, who = belief.records.get(kind, {}), belief.incumbent
    options = tuple(_option(model, None, records, text, belief, lot) for model in pool)
    return _cascaded(_chosen(options, belief, who, who, None, Draw(lot)), belief, kind)


def each_unhindered(
    pool: Sequence[Model], belief: Belief, asked: Iterable[tuple[str, Mapping[str, float], float]]
) -> Iterator[Decision]:
    """The same for many requests, of which kind, text and lot are given; where neither text nor lot moves a decision
    it is made once a kind.
    """
    alike: dict[str, Decision] = {}
    for kind, text, lot in asked:
        if text or belief.dial.name != "quality":
            yield unhindered(pool, belief, kind, text, lot)
            continue
        if kind not in alike:
            alike[kind] = unhindered(pool, belief, kind, text, lot)
        yield alike[kind]


def _cascaded(decision: Decision, belief: Belief, kind: str) -> Decision:
    """The own model first, if that is worth more than the best model alone."""
    found = belief.cascades.get(kind)
    able = {option.model: option for option in decision.options if option.out is None}
    if found is None or decision.explored or not {found.first, found.then, decision.chosen} <= able.keys():
        return decision
    first, then = (priced(belief, able[name].owned, able[name]) for name in (found.first, found.then))
    more = found.quality - (first + (1 - found.accepted) * then) - (able[decision.chosen].worth or 0.0)
    if more <= 0:
        return decision
    why = f"it answers first, {found.then} what the check refuses: worth {more:+.3f} more than {decision.chosen} alone"
    return msgspec.structs.replace(decision, chosen=found.first, why=why, trial=True)


def _plain(
    pool: Sequence[Model], out: Mapping[str, str | None], fallback: str, incumbent: str, why: str, running: str | None
) -> Decision:
    if running is not None and out.get(running, "gone") is None:
        fallback, why = running, "this conversation stays with its model"
    return Decision(chosen=fallback, incumbent=incumbent, why=why, options=_outs(pool, out))


def _outs(pool: Sequence[Model], out: Mapping[str, str | None]) -> tuple[Option, ...]:
    return tuple(
        Option(model=model.name, owned=model.owned, out=out[model.name], unfit=out[model.name] is not None)
        for model in pool
    )


def _costs(
    pool: Sequence[Model], out: Mapping[str, str | None], learned: Learned | None, kind: str
) -> dict[str, float]:
    """What the models cost that are not out."""
    left = [model for model in pool if out[model.name] is None]
    records = learned.belief.records.get(kind, {}) if learned is not None else {}
    return compared(left, {name: record.cost_usd for name, record in records.items()})


def _first(out: Mapping[str, str | None], incumbent: str) -> str:
    """The incumbent, or the first model that is not out where it is."""
    if out.get(incumbent, "gone") is None:
        return incumbent
    return next(name for name, why in out.items() if why is None)


def added(learned: Learned, kind: str, prompt: Prompt | None) -> dict[str, float]:
    """What the text adds to each model over the incumbent, where it may speak and knows such prompts."""
    if prompt is None or kind not in learned.belief.speaks or not learned.reads(prompt.vectors):
        return {}
    return {name: model.gain(prompt) for name, model in learned.texts.items() if model.knows(prompt)}


def _reasoned(decision: Decision, learned: Learned, text: Mapping[str, float], prompt: Prompt | None) -> Decision:
    """A decision with what moved it, what would, and why the text is silent where it had earned to speak."""
    told: list[Contribution] = []
    if prompt is not None and text:
        told = learned.texts[max(text, key=lambda name: abs(text[name]))].contributions(prompt, TOLD)
    able = {option.model: option for option in decision.options if option.out is None}
    return msgspec.structs.replace(
        decision,
        text_speaks=bool(told),
        text_silent="" if prompt is None or learned.reads(prompt.vectors) else OTHER_VECTORS,
        contributions=tuple((one.block, one.feature, one.gain) for one in told),
        flips=_flips(able, decision.chosen, learned.belief) if decision.chosen in able else "",
    )


def _option(
    model: Model, out: str | None, records: Mapping[str, Record], text: Mapping[str, float], belief: Belief, lot: float
) -> Option:
    record, unfit = records.get(model.name), out is not None
    if record is None or record.n < MIN_LABELS:
        few = f"outcomes on this kind: {record.n if record else 0:.0f}; {MIN_LABELS:.0f} are asked"
        out = out or few
    if record is None:
        return Option(model=model.name, owned=model.owned, out=out, unfit=unfit)
    added = text.get(model.name, 0.0)
    return Option(
        model=model.name,
        owned=model.owned,
        out=out,
        unfit=unfit,
        n=record.n,
        mean=record.mean,
        low=record.low,
        high=record.high,
        text=added,
        worth=record.mean + added - priced(belief, model.owned, record) + dithered(belief, model.owned, lot),
        cost_usd=record.cost_usd,
        latency_ms=record.latency_ms,
        start=record.start,
    )


def priced(belief: Belief, owned: bool, record: Record | Option) -> float:
    """What is charged for one answer of a model, in units of outcome: by the dial, and for the time that it takes."""
    return belief.dial.price * dearness(belief, owned, record.cost_usd) + waited(belief, record.latency_ms)


def waited(belief: Belief, latency_ms: float | None) -> float:
    """What is charged for the time that an answer takes; a time that nobody measured costs nothing."""
    return belief.latency_price * (latency_ms or 0.0) / 1_000


def dearness(belief: Belief, owned: bool, cost_usd: float | None) -> float:
    """What one answer asks for, as the dial counts: dollars, or whether it is rented."""
    if belief.dial.per == "dollar":
        return cost_usd or 0.0
    return 0.0 if owned else 1.0


def dithered(belief: Belief, owned: bool, lot: float) -> float:
    """What a lot adds to the worth of a rented model where a dial rules."""
    return 0.0 if owned or belief.dial.name == "quality" else DITHER * (lot - 0.5)


def _split(able: Mapping[str, Option], best: str, belief: Belief, lot: float) -> float:
    """The chance that the best model had of being the best, over all lots."""
    mine = able.get(best)
    if mine is None or belief.dial.name == "quality":
        return 1.0
    rivals = [option for option in able.values() if option.owned != mine.owned]
    if not rivals:
        return 1.0
    rival = max(rivals, key=lambda option: option.worth or 0.0)
    shift = dithered(belief, False, lot)
    ahead = (mine.worth or 0.0) - (rival.worth or 0.0) + (shift if mine.owned else -shift)
    return min(1.0, max(DITHER / 1_000, 0.5 + ahead / DITHER))


def _chosen(
    options: tuple[Option, ...],
    belief: Belief,
    fallback: str,
    incumbent: str,
    running: str | None,
    draw: Draw,
) -> Decision:
    able = {option.model: option for option in options if option.out is None}
    best, why = _best(able, fallback, incumbent, running)
    chance, explored = (_split(able, best, belief, draw.lot) if running is None else 1.0), False
    if draw.rate and len(able) > 1 and running is None:
        names = sorted(able)
        if draw.lot < draw.rate:
            best, explored = names[int(draw.lot / draw.rate * len(names))], True
            why = "drawn by chance, to learn"
        greedy, _ = _best(able, fallback, incumbent, running)
        chance = draw.rate / len(names) + (1 - draw.rate if best == greedy else 0.0)
    return Decision(
        chosen=best,
        incumbent=incumbent,
        why=why,
        options=options,
        propensity=chance,
        explored=explored,
        belief=belief.version,
        labels=belief.labels,
        dial=belief.dial.words,
        price=belief.dial.price,
        latency_price=belief.latency_price,
        drift=belief.drift,
    )


def _best(able: Mapping[str, Option], fallback: str, incumbent: str, running: str | None) -> tuple[str, str]:
    """The model of the highest worth and why, ties and doubts going to the incumbent."""
    if fallback not in able:
        doubt = (
            "the incumbent here to leave it" if fallback == incumbent else "any model here, and the incumbent is out"
        )
        return fallback, f"too little is known of {doubt}"
    worth = {name: option.worth or 0.0 for name, option in able.items()}
    best = max(worth, key=lambda name: (worth[name], name == fallback))
    if running in worth and worth[best] - worth[running] <= SWITCH_MARGIN:
        return running, "this conversation stays with its model"
    if fallback != incumbent:
        return best, "the incumbent is out, and this one is worth most of the others here"
    if best == fallback:
        return best, "the incumbent is worth most here" if len(able) > 1 else "no other model has outcomes enough here"
    return best, f"worth {worth[best] - worth[fallback]:+.3f} more than the incumbent here"


def _flips(able: Mapping[str, Option], best: str, belief: Belief) -> str:
    """At which setting of the dial, or price of latency, another model would have answered; empty where none would."""
    told = (_flips_of_dial(able, best, belief), _flips_of_latency(able, best, belief))
    return "; ".join(words for words in told if words)


def _flips_of_latency(able: Mapping[str, Option], best: str, belief: Belief) -> str:
    """The nearest price of latency at which another model is worth as much; told only where there is such a price."""
    mine, found = able[best], []
    for name, option in able.items():
        slower_s = ((option.latency_ms or 0.0) - (mine.latency_ms or 0.0)) / 1_000
        if belief.latency_price and name != best and slower_s:
            price = belief.latency_price + ((option.worth or 0.0) - (mine.worth or 0.0)) / slower_s
            found.append((abs(price - belief.latency_price), price, name, slower_s))
    wanted = [one for one in found if one[1] >= -_FREE]
    if not wanted:
        return ""
    _, price, name, slower_s = min(wanted)
    if price <= _FREE:
        return f"{name} if seconds had no price"
    return f"{name} if the latency price were {'below' if slower_s > 0 else 'above'} {price:.4f}"


def _flips_of_dial(able: Mapping[str, Option], best: str, belief: Belief) -> str:
    """At which setting of the dial another model would have answered; empty where none would."""
    mine = able[best]
    dear = {name: dearness(belief, option.owned, option.cost_usd) for name, option in able.items()}
    worth = {name: (option.worth or 0.0) + belief.dial.price * dear[name] for name, option in able.items()}
    found = []
    for name, option in able.items():
        if name != best and dear[name] != dear[mine.model]:
            found.append(((worth[name] - worth[best]) / (dear[name] - dear[best]), option))
    wanted = [(abs(price - belief.dial.price), price, option) for price, option in found]
    if not wanted:
        return ""
    _, price, option = min(wanted, key=lambda one: one[0])
    return f"{option.model} {_setting(price, belief)}"


def _setting(price: float, belief: Belief) -> str:
    frontier = belief.dial.frontier
    more = price < belief.dial.price
    nearest: Point | None = min(frontier, key=lambda point: abs(point.price - price), default=None)
    if nearest is None:
        return f"at a price of {price:+.3f}"
    if nearest.share >= 1 and more:
        return "if every call were rented"
    if nearest.share <= 0 and not more:
        return "if no call were rented"
    side = "above" if more else "below"
    share = f"the rented share were {side} {nearest.share:.0%}"
    # Where the cheap model keeps all of the best one's quality, no target sends the request to the dear one.
    return f"if {share}" if nearest.kept >= 1 else f"if the quality target were {side} {nearest.kept:.1%}, or {share}"
