"""Priors: what the operator expects of a model on a route before anything was seen of it there.

A prior is where the model's mean starts, at the very top of the tree that slices are drawn toward; whatever was seen
anywhere lies below it and washes it out. It lets no model serve, none is compared the less for it, and text is learned
without it.
"""

from typing import Annotated

from msgspec import Meta

from understudy.canon.value import Value
from understudy.stats.shrinkage import PSEUDO

# Where the mean of a model starts of which nobody says anything.
UNKNOWN = 0.5
# A mean begins with this many pseudo-outcomes in all: a prior cannot have more without outweighing what was seen.
MAX_WEIGHT = PSEUDO
_NO_MEAN = "{0!r} is no mean outcome; write a number from 0 (never right) to 1 (always right)"
_NO_WEIGHT = f"{{0!r}} is no weight of a prior; a mean begins with 0 to {MAX_WEIGHT:.0f} outcomes that come out so"
Outcome = Annotated[float, Meta(ge=0, le=1, description=_NO_MEAN)]
Weight = Annotated[float, Meta(ge=0, le=MAX_WEIGHT, description=_NO_WEIGHT)]


class Prior(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is expected of one model: the `mean` outcome from 0 to 1, and that of single `kinds`, where it is another.

    `weight` says for how many of the outcomes that a mean begins with this stands; the others say nothing.
    """

    mean: Outcome
    kinds: dict[str, Outcome] = {}
    weight: Weight = MAX_WEIGHT

    def of(self, kind: str) -> float:
        """What is expected on a kind."""
        return self.kinds.get(kind, self.mean)
