"""Cascades: the own model answers first, a check looks at it, and only what the check refuses goes to the incumbent.

A check accepts a right answer with probability `tpr` and a wrong one with `fpr`. What a cascade is worth follows from
the outcomes of both models on the same prompts; it pays only where the check errs little. Published bound: where it
errs on more than a tenth to a fifth of the answers, single models win (RouterBench, arXiv 2403.12031).
"""

from collections.abc import Sequence
from typing import NamedTuple

from understudy.canon.value import Value

# Compared prompts on a kind before a cascade is tried there.
MIN_COMPARED = 50
# Accepted answers with a user's word before the check's own error rate is taken from them.
MIN_WORDS = 50
# An answer is right from here on.
RIGHT = 1.0


class Cascade(Value, frozen=True, kw_only=True):
    """What a cascade on one kind comes to: quality, how often the first answer is accepted, dollars a request."""

    first: str
    then: str
    n: int
    tpr: float
    fpr: float
    accepted: float
    quality: float
    cost_usd: float | None = None


class Compared(NamedTuple):
    """Both models' outcomes on one prompt by the check, what each answer cost, and the user's word if there is one."""

    first: float
    then: float
    first_usd: float | None = None
    then_usd: float | None = None
    said: float | None = None


def error_rates(compared: Sequence[Compared]) -> tuple[float, float]:
    """(tpr, fpr) of a check against what users said of accepted answers; without enough words it is taken as it says.

    Users see what was accepted. Of those answers the share that they call bad is the check's false acceptances, spread
    over the answers that are then wrong.
    """
    accepted = [one for one in compared if one.first >= RIGHT]
    words = [one.said for one in accepted if one.said is not None]
    if len(words) < MIN_WORDS:
        return 1.0, 0.0
    bad = sum(word < 0.5 for word in words) / len(words) * len(accepted)
    wrong = len(compared) - len(accepted) + bad
    return 1.0, bad / wrong if wrong else 0.0


def cascade(first: str, then: str, compared: Sequence[Compared], tpr: float, fpr: float) -> Cascade:
    """What a cascade would come to on these prompts."""
    n = len(compared)
    passing = [tpr if one.first >= RIGHT else fpr for one in compared]
    quality = sum(p * one.first + (1 - p) * one.then for p, one in zip(passing, compared, strict=True)) / n
    costs = [
        None if one.first_usd is None or one.then_usd is None else one.first_usd + (1 - p) * one.then_usd
        for p, one in zip(passing, compared, strict=True)
    ]
    known = [cost for cost in costs if cost is not None]
    return Cascade(
        first=first,
        then=then,
        n=n,
        tpr=tpr,
        fpr=fpr,
        accepted=sum(passing) / n,
        quality=quality,
        cost_usd=sum(known) / len(known) if known else None,
    )
