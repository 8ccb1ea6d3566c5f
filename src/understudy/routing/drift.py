"""Drift: has a model that was chosen over the incumbent become worse than it?

On every compared prompt that another model than the incumbent served, the difference of both outcomes goes to that
model's detector; an alarm takes the belief back. Shadows alone are heard: they compare both models on the same prompt,
so harder traffic is no alarm.
"""

from understudy.canon.value import Value
from understudy.stats.detector import Detector

# The mean number of compared prompts between false alarms of a model that is as good as the incumbent: one costs a
# rollback until the next refit, so it may come once in a thousand. A drop by 10 points is found in 110 to 160.
RUN_LENGTH = 1_000.0
_PARITY = Detector(0.0)


class Drift(Value, frozen=True):
    """The detectors by model, since the belief that serves was put in place."""

    detectors: dict[str, Detector] = {}

    def seen(self, model: str, difference: float) -> "Drift":
        """After one more compared prompt: the outcome of the model that served, less the incumbent's."""
        detector = self.detectors.get(model, _PARITY).update(difference)
        return Drift({**self.detectors, model: detector})

    @property
    def alarm(self) -> str | None:
        """The model that has become worse than the incumbent; None while none has."""
        return next((name for name, one in self.detectors.items() if one.value >= RUN_LENGTH), None)
