"""Strata: which kinds of a pool's route are compared more often than others, for the same number of comparisons.

A comparison is worth most where it may change who answers: on a kind whose best models are level, or whose outcomes are
few. The doubt of a kind is what a request there may lose because the better model is not known: the expected loss of
choosing by means that are off by their standard error (the normal loss function of value-of-information analysis), or
of not choosing what has too few outcomes to be chosen.
Rates rise with it, within a floor and a ceiling, and their mean over the traffic stays what the operator said.
"""

import math
from collections.abc import Mapping, Sequence

from understudy.routing.beliefs import Belief, Record, Strata
from understudy.routing.board import Model
from understudy.routing.decide import MIN_LABELS, priced

# A kind that is settled is still compared this often, in parts of the mean rate: a model that becomes worse is found by
# comparisons, and there more than elsewhere nobody expects it.
FLOOR = 0.2
# No kind is compared more than this many times as often as the operator said, however small it is.
MOST = 5.0
# Kinds that were seen fewer times are one stratum together: callers may declare any number of new ones.
MIN_SEEN = 20
# Doubts below this (a hundredth of a point a request) are no longer told apart.
SETTLED = 1e-4
# The standard deviation of an outcome of which nothing is known, and standard errors in a 95 % interval's half.
UNSURE = 0.5
_Z = 1.959963984540054


def strata(seen: Mapping[str, int], belief: Belief, pool: Sequence[Model], rate: float) -> Strata:
    """How often to compare each kind, from how often each was seen lately and what is believed of the pool's models.

    `rate` is the mean that the operator said; over traffic like that which was seen it is kept exactly.
    """
    total = sum(seen.values())
    if not total or not 0 < rate < 1:
        return Strata()
    known = {kind: count for kind, count in seen.items() if count >= MIN_SEEN}
    doubts = {kind: _doubt(belief.records.get(kind, {}), belief, pool) for kind in known}
    # No kind is named so: names are not empty.
    doubts[""] = _doubt({}, belief, pool)
    shares = {kind: count / total for kind, count in known.items()} | {"": 1.0 - sum(known.values()) / total}
    found = multiples(shares, doubts, min(MOST, 1.0 / rate))
    return Strata(kinds={kind: found[kind] for kind in sorted(known)}, new=found[""])


def multiples(shares: Mapping[str, float], doubts: Mapping[str, float], most: float) -> dict[str, float]:
    """Between FLOOR and `most`, rising with the doubt, with a mean of 1 over the shares, which add up to 1."""
    found: dict[str, float] = {}
    left, free = 1.0, {name: max(SETTLED, doubts[name]) for name in shares}
    while free:
        weight = sum(shares[name] * doubt for name, doubt in free.items())
        room = max(0.0, left - FLOOR * sum(shares[name] for name in free))
        step = room / weight if weight else math.inf
        over = {name for name, doubt in free.items() if FLOOR + step * doubt > most}
        if not over:
            return found | {name: FLOOR + step * doubt for name, doubt in free.items()}
        for name in over:
            found[name] = most
            left -= most * shares[name]
            del free[name]
    return found


def _doubt(records: Mapping[str, Record], belief: Belief, pool: Sequence[Model]) -> float:
    """What a request of a kind is expected to lose by going to the model that is chosen by what is known.

    A model with too few outcomes is not chosen, whatever it seems to be worth: what it would bring is lost with every
    request until it has them.
    """
    told = {model.name: _told(records.get(model.name), belief, model) for model in pool}
    known = [name for name in told if name in records and records[name].n >= MIN_LABELS]
    served = max(known, key=told.__getitem__) if belief.incumbent in known else belief.incumbent
    best, error = told[served]
    rivals = (one for name, one in told.items() if name != served)
    return max(expected_loss(best - worth, math.hypot(error, its)) for worth, its in rivals)


def _told(record: Record | None, belief: Belief, model: Model) -> tuple[float, float]:
    """The worth of a model at the dial's price, and the standard error of its mean."""
    if record is None:
        return UNSURE - belief.dial.price * (belief.dial.per == "call" and not model.owned), UNSURE
    # What was expected makes nothing less worth a comparison.
    return record.untold - priced(belief, model.owned, record), max(1e-9, (record.high - record.low) / (2 * _Z))


def expected_loss(ahead: float, error: float) -> float:
    """The mean of max(0, -x) for a normal x with this mean and this standard error."""
    z = ahead / error
    return error * (math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * math.erfc(z / math.sqrt(2)) / 2)
