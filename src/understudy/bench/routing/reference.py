"""The reference: the text model as the design first had it, so that ours is held to it on the very same prompts.

Three ridges, of hand features, words and characters, each with a penalty of its own; their scores are standardised and
added up, and beside a slice its standardised mean counts twice. Rows for comparison: nothing decides by them.
"""

from collections.abc import Mapping

import numpy as np

from understudy.bench.routing.rows import Vector
from understudy.routing.text import Design
from understudy.stats.ridge import Block, Full, fit, idf_of, of_length_one, weighted

REFERENCE = ("three ridges", "three ridges + slice")
WORD_PENALTY, CHAR_PENALTY = 3.0, 2.0
SLICE_WEIGHT = 2.0
# Below this a deviation is rounding: scores that are all alike say nothing.
_ALIKE = 1e-9


def single_scores(learned_on: Design, gains: Vector, scored: Design) -> dict[str, Vector]:
    """What each block says alone of the gain of the scored prompts, free of the labels' mean."""
    mean, deviation = learned_on.hand.mean(axis=0), learned_on.hand.std(axis=0) + _ALIKE
    words = idf_of(learned_on.words)
    blocks: dict[str, tuple[Block, Block, float]] = {
        "hand features alone": (
            Full((learned_on.hand - mean) / deviation),
            Full((scored.hand - mean) / deviation),
            10 + 10_000 / len(gains),
        ),
        "words alone": (weighted(learned_on.words, words), weighted(scored.words, words), WORD_PENALTY),
        "characters alone": (of_length_one(learned_on.chars), of_length_one(scored.chars), CHAR_PENALTY),
    }
    return {name: test.times(fit([train], gains, penalty)[0]) for name, (train, test, penalty) in blocks.items()}


def added(scores: Mapping[str, Vector], means: Vector | None = None) -> Vector:
    """The scores of the three blocks, each standardised, added up; with the means of the prompts' slices, if any."""
    total: Vector = np.sum([_standard(score) for score in scores.values()], axis=0)
    return total if means is None else SLICE_WEIGHT * _standard(means) + total


def _standard(scores: Vector) -> Vector:
    found: Vector = (scores - scores.mean()) / (scores.std() + _ALIKE)
    return found
