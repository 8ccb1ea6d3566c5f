"""The e-BH rule: which of many hypotheses may be claimed, so that few of the claims are expected to be false.

Wang and Ramdas, "False discovery rate control with e-values", 2022. The e-values may depend on one another in any
way. Each must be frozen at its own stopping time: fed with running maxima the rule loses its promise.
"""

from collections.abc import Sequence

import msgspec


class Claims(msgspec.Struct, frozen=True):
    """Which e-values were claimed, by position, and the threshold that they met; infinite when none was."""

    chosen: tuple[int, ...]
    threshold: float


def e_bh(e_values: Sequence[float], *, family: int, alpha: float = 0.05, weights: Sequence[float] = ()) -> Claims:
    """Claims the largest e-values; the expected share of false claims is at most alpha.

    `family` is the number of hypotheses that were ever meant to be tested, of which these are some. `weights`, fixed
    before the outcomes and adding up to at most `family`, favour some of them.
    """
    weights = weights or [1.0] * len(e_values)
    if len(weights) != len(e_values):
        raise ValueError(f"{len(weights)!r} weights for {len(e_values)!r} e-values; give one for each")
    if len(e_values) > family or sum(weights) > family * (1 + 1e-9):
        raise ValueError(f"family of {family!r} is smaller than what it holds; count every hypothesis opened in it")
    weighted = [e * weight for e, weight in zip(e_values, weights, strict=True)]
    order = sorted(range(len(weighted)), key=lambda i: -weighted[i])
    most = max((k for k, i in enumerate(order, 1) if weighted[i] * alpha * k >= family), default=0)
    return Claims(tuple(sorted(order[:most])), family / (alpha * most) if most else float("inf"))
