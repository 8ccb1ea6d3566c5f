"""How far a slice has moved, and the one way to move it.

The ladder is a table and one judge. A rung opens at a level of evidence, not after a wait; by Ville's inequality a
candidate that is truly below the margin reaches the rung that opens at e with probability at most 1/e, all rungs and
all looks together. Rungs open one at a time and in order; when the candidate is worse it falls to the ground at once.
"""

import enum
import math
from itertools import pairwise

import msgspec

from understudy.parity.slices import OutcomeKind, RiskClass


class Rung(enum.IntEnum):
    """How much of a slice the candidate serves; the value is the share in whole percent."""

    SHADOW = 0
    P1 = 1
    P5 = 5
    P25 = 25
    P50 = 50
    P100 = 100

    @property
    def share(self) -> float:
        """The share of the slice's conversations that the candidate serves, in [0, 1]."""
        return self.value / 100

    @property
    def label(self) -> str:
        """The rung as people say it."""
        return "shadow" if self is Rung.SHADOW else f"{self.value} %"


LADDER = tuple(Rung)
BY_LABEL = {rung.label: rung for rung in Rung}
NEXT = dict(pairwise(LADDER))
# The e-value at which each rung opens: the chance of ever standing on it wrongly is at most its inverse.
OPENS_AT = {Rung.P1: 5.0, Rung.P5: 10.0, Rung.P25: 20.0, Rung.P50: 50.0, Rung.P100: 100.0}
RISK_FACTOR = {RiskClass.NORMAL: 1.0, RiskClass.HIGH: 5.0}
# A judge alone never promotes past 5 %: it may be biased, and no number of its verdicts shows that.
CAPS = {
    OutcomeKind.CHECK: Rung.P100,
    OutcomeKind.HUMAN: Rung.P100,
    OutcomeKind.JUDGE_WITH_LABELS: Rung.P100,
    OutcomeKind.FEEDBACK: Rung.P100,
    OutcomeKind.JUDGE: Rung.P5,
}


def threshold(rung: Rung, risk: RiskClass = RiskClass.NORMAL) -> float:
    """The e-value at which a rung opens; the shadow is always open, at 1."""
    return 1.0 if rung is Rung.SHADOW else OPENS_AT[rung] * RISK_FACTOR[risk]


def opens(log_e: float, risk: RiskClass = RiskClass.NORMAL) -> Rung:
    """The highest rung that the evidence would open."""
    return max((rung for rung in OPENS_AT if log_e >= math.log(threshold(rung, risk))), default=Rung.SHADOW)


class Block(enum.StrEnum):
    """What can keep a slice from its next rung."""

    ENDED = "ended"
    HOLD = "hold"
    OUTCOME_KIND = "outcome kind"
    JUDGE = "judge"
    EVIDENCE = "evidence"
    GUARDRAIL = "guardrail"
    FEEDBACK = "feedback"
    CANARY = "canary"
    DWELL = "dwell"
    CAPACITY = "capacity"
    APPROVALS = "approvals"
    FLEET = "fleet"


class Condition(msgspec.Struct, frozen=True):
    """The one thing that keeps a slice from its next rung, in words, with what it needs and has where that is a number.

    `pairs_to_go` forecasts how many more pairs the evidence needs; None where nothing can be said.
    """

    block: Block
    sentence: str
    needed: float | None = None
    has: float | None = None
    pairs_to_go: int | None = None


def next_rung(rung: Rung, opened: Rung, blocked: Condition | None, *, worse: bool) -> Rung:
    """The only judge of a slice's moves: to the ground when worse, else one step if evidence opens it, else nowhere."""
    if worse:
        return Rung.SHADOW
    return NEXT[rung] if blocked is None and opened > rung else rung
