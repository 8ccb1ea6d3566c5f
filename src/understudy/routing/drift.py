"""Drift: has a model that was chosen over the incumbent become worse than it, or than was known?

Each outcome of such a model goes to its detector, less the incumbent's: that on the same prompt where both were asked,
else the incumbent's mean on the kind. Of a model that a dial chose although it is worse no more is asked than what it
was believed to be, at the lower end of its interval: a dial gives up quality on purpose. What a model answered without
being the belief's choice is not heard: there it may well be worse. Harder traffic can raise a false alarm through the
mean; all it does is to let the incumbent answer until enough is learned again.
"""

from typing import Literal

from understudy.canon.value import Value
from understudy.routing.beliefs import Belief
from understudy.routing.decide import Decision
from understudy.routing.lessons import Lesson
from understudy.stats.detector import Detector

# The mean number of outcomes between false alarms of a model that is exactly as good as the incumbent. Compared prompts
# are few and fair; what was served comes fast, so that a long run costs little. A drop by 10 points is found after some
# 150 of the former or 500 of the latter, whichever come first.
RUN_LENGTHS = {"compared": 2_000.0, "served": 100_000.0}
_PARITY = Detector(0.0)
Sort = Literal["compared", "served"]


class Drift(Value, frozen=True):
    """The detectors by model and sort of outcome, since the last rollback; each restarts by itself at every outcome."""

    detectors: dict[tuple[str, Sort], Detector] = {}

    def heard(self, lesson: Lesson, served: str, belief: Belief, asked: float = 0.0) -> "Drift":
        """After the outcome of a model that a belief chose over its incumbent; it must gain `asked`, at most 0."""
        if served == belief.incumbent or served not in lesson.outcomes:
            return self
        record = belief.records.get(lesson.kind, {}).get(belief.incumbent)
        sort: Sort = "compared" if belief.incumbent in lesson.outcomes else "served"
        beside = lesson.outcomes.get(belief.incumbent, record.mean if record else None)
        if beside is None:
            return self
        # What was asked is at most 0, so that what is over it may reach 1 - asked: scaled, it stays within the bound.
        over = (lesson.outcomes[served] - beside - asked) / (1 - asked)
        detector = self.detectors.get((served, sort), _PARITY).update(over)
        return Drift({**self.detectors, (served, sort): detector})

    @property
    def alarm(self) -> str | None:
        """The model that has become worse than it may be; None while none has."""
        found = (name for (name, sort), one in self.detectors.items() if one.value >= RUN_LENGTHS[sort])
        return next(found, None)


def asked_of(decision: Decision) -> float:
    """The gain over the incumbent that a chosen model must have: 0, or less where it was chosen as the worse one."""
    by_name = {option.model: option for option in decision.options}
    chosen, base = by_name.get(decision.chosen), by_name.get(decision.incumbent)
    if chosen is None or base is None or chosen.mean is None or chosen.low is None or base.mean is None:
        return 0.0
    if chosen.mean + chosen.text >= base.mean:
        return 0.0
    return max(-1.0, min(0.0, chosen.low + chosen.text - base.mean))
