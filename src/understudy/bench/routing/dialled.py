"""The dial for a share of rented calls, set on prompts without labels and tried on others.

It is the router's own dial (`routing.dials`): a price on the strong model, at which so many of the window's prompts
still go to it, with prompts of equal worth split by lot.
"""

import numpy as np

from understudy.bench.routing.rows import Dialled, Ranked, Vector
from understudy.routing.decide import DITHER
from understudy.routing.dials import Window, turn

ASKED = (0.10, 0.20, 0.35, 0.50, 0.80)
# So many prompts set the dial, or half of them where there are fewer.
WINDOW = 1_000


def dialled(run: Ranked, name: str) -> tuple[Dialled, ...]:
    """What each asked share comes to with one way's scores."""
    n = len(run.strong)
    draws = np.random.default_rng([run.seed, 4])
    drawn, lots = draws.permutation(n), draws.random(n)
    seen, tried = drawn[: min(WINDOW, n // 2)], drawn[min(WINDOW, n // 2) :]
    base = 0.0 if run.base is None else run.base
    worth: Vector = base + run.scores[name] + DITHER * (lots - 0.5)
    window = _window(worth[seen])
    found = []
    for asked in ASKED:
        strong = worth[tried] - turn("rented_share", asked, window, 0.0).price > 0
        got = np.where(strong, run.strong[tried], run.weak[tried])
        found.append(Dialled(asked=asked, realised=float(strong.mean()), quality=float(got.mean())))
    return tuple(found)


def share_error(points: tuple[Dialled, ...]) -> float:
    """How far what was realised lies from what was asked, in points, on average."""
    return float(np.mean([abs(point.realised - point.asked) for point in points]) * 100)


def _window(worth: Vector) -> Window:
    """Prompts of which nothing but the worth of the strong model over the weak one is known."""
    pairs = np.stack([worth, np.zeros_like(worth)], axis=1)
    one = np.tile([1.0, 0.0], (len(worth), 1))
    kinds = np.zeros(len(worth), dtype=np.int64)
    return Window(pairs, np.zeros_like(pairs), one, np.array([True, False]), one, 0, kinds, np.ones(len(worth)))
