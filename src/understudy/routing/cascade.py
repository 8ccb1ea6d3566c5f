"""Cascades: the own model answers first, a check looks at it, and only what the check refuses goes to the incumbent.

A check accepts a right answer with probability `tpr` and a wrong one with `fpr`. Both models' outcomes are what the
check says of them, so an accepted answer is worth less than it seems: of all that were accepted those are kept that the
check was too kind to. It counts as what the check would say of such an answer on a second look. That puts a cascade on
the scale on which the models alone are measured; it pays only where the check errs little. Published bound: where it
errs on more than a tenth to a fifth of the answers, single models win (RouterBench, arXiv 2403.12031).
"""

from collections.abc import Sequence
from typing import NamedTuple

from understudy.canon.value import Value

# Compared prompts on a kind before a cascade is tried there.
MIN_COMPARED = 50
# Answers with a user's word before the check's own error rates are taken from them.
MIN_WORDS = 50
# An answer is right from here on.
RIGHT = 1.0


class Cascade(Value, frozen=True, kw_only=True):
    """What a cascade on one kind comes to: quality, how often the first answer is accepted, dollars a request.

    `counts` is what an accepted answer counts: 1 of a check that never errs.
    """

    first: str
    then: str
    n: int
    tpr: float
    fpr: float
    accepted: float
    quality: float
    cost_usd: float | None = None
    counts: float = 1.0


class Compared(NamedTuple):
    """What the check said of both models on one prompt, what each answer cost, and users' words on either answer."""

    first: float
    then: float
    first_usd: float | None = None
    then_usd: float | None = None
    said: float | None = None
    then_said: float | None = None


class Errors(NamedTuple):
    """How a check errs, and the share of accepted first answers that are wrong."""

    tpr: float = 1.0
    fpr: float = 0.0
    bad: float = 0.0

    @property
    def counts(self) -> float:
        """What the check would say of an accepted answer on a second look."""
        return self.tpr * (1 - self.bad) + self.fpr * self.bad


def errors(compared: Sequence[Compared]) -> Errors:
    """How the check errs, by what users said; without words enough it is taken as it says.

    The incumbent's answers are shown whatever the check says of them, so words on them tell both of its error rates.
    Of the first model's answers users see at least those that were accepted: the share of them that is called bad.
    """
    accepted = sum(one.first >= RIGHT for one in compared) / len(compared)
    words = [one.said for one in compared if one.first >= RIGHT and one.said is not None]
    beside = [(one.then >= RIGHT, one.then_said >= 0.5) for one in compared if one.then_said is not None]
    bad = sum(word < 0.5 for word in words) / len(words) if len(words) >= MIN_WORDS else None
    if len(beside) >= MIN_WORDS:
        tpr, fpr = (_rate([passed for passed, good in beside if good is said]) for said in (True, False))
        return Errors(tpr, fpr, _bad(accepted, tpr, fpr) if bad is None else bad)
    if bad is None:
        return Errors()
    # Nothing tells what it refuses wrongly: what it accepts wrongly is spread over the answers that are then wrong.
    wrong = 1 - accepted * (1 - bad)
    return Errors(1.0, accepted * bad / wrong if wrong else 0.0, bad)


def _rate(passed: Sequence[bool]) -> float:
    return sum(passed) / len(passed) if passed else 0.0


def _bad(accepted: float, tpr: float, fpr: float) -> float:
    """The wrong ones among accepted answers, from how many there are and how the check errs."""
    if tpr <= fpr:
        return 1.0
    right = min(1.0, max(0.0, (accepted - fpr) / (tpr - fpr)))
    return max(0.0, 1 - tpr * right / accepted) if accepted else 0.0


def weak_and_dear(compared: Sequence[Compared]) -> bool:
    """Whether the first model is no better than the other and costs as much: it is never asked first."""
    told = [one for one in compared if one.first_usd is not None and one.then_usd is not None]
    better = sum(one.first - one.then for one in compared) > 0
    return bool(told) and not better and sum((one.first_usd or 0) - (one.then_usd or 0) for one in told) >= 0


def cascade(first: str, then: str, compared: Sequence[Compared]) -> Cascade:
    """What a cascade would come to on these prompts."""
    n, found = len(compared), errors(compared)
    passed = [one.first >= RIGHT for one in compared]
    quality = sum(found.counts if ok else one.then for ok, one in zip(passed, compared, strict=True)) / n
    costs = [
        None if one.first_usd is None or one.then_usd is None else one.first_usd + (0.0 if ok else one.then_usd)
        for ok, one in zip(passed, compared, strict=True)
    ]
    known = [cost for cost in costs if cost is not None]
    return Cascade(
        first=first,
        then=then,
        n=n,
        tpr=found.tpr,
        fpr=found.fpr,
        accepted=sum(passed) / n,
        quality=quality,
        cost_usd=sum(known) / len(known) if known else None,
        counts=found.counts,
    )
