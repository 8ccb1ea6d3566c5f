"""Was it right? The own model is measured anew, on a fresh seed, and the run is held against that.

Nothing here is a constant: the true difference of each slice is the measured accuracy of the shipped model less the
stand-in's, whose error rate is known.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

# A slice below the margin must end under this share; one at or above parity must end at least here.
LINE = 0.25


class Verdict(msgspec.Struct, frozen=True):
    """One slice: what is true of it, where it stands, and whether that is right; None where both ends are right."""

    kind: str
    own: float
    rented: float
    share: float
    reached: float
    right: bool | None
    words: str

    @property
    def difference(self) -> float:
        """The true difference of mean outcomes."""
        return self.own - self.rented


def judge(
    measured: Mapping[str, tuple[int, int]],
    rented: float,
    slices: list[dict[str, Any]],
    reached: Mapping[str, float],
    margin: float,
    broken: str | None,
) -> list[Verdict]:
    """Every slice against the truth. `reached` is the highest share before the fault; `broken` the slice it hit."""
    standing = {one["kind"]: one["share"] for one in slices}
    verdicts = []
    for kind, (good, n) in sorted(measured.items()):
        own = good / n
        share = reached.get(kind, 0.0)
        right, words = _right(own - rented, share, margin)
        if kind == broken:
            words += "; broken on purpose late in the run"
        verdicts.append(Verdict(kind, own, rented, standing.get(kind, 0.0), share, right, words))
    return verdicts


def _right(difference: float, share: float, margin: float) -> tuple[bool | None, str]:
    if difference < -margin:
        return share < LINE, "truly worse than the margin: must not hold 25 %"
    if difference >= 0:
        return share >= LINE, "truly at least as good: should hold 25 % or more"
    return None, "between parity and the margin: may end either way"
