"""Samples: one model's outcomes on a set of questions, and two models' samples made into pairs.

Files are known by what is in them, not by their names. A reader gives samples or says, in words for people, what it
found instead.
"""

import math
from collections.abc import Iterable, Sequence

from understudy.canon.value import Value
from understudy.ports import Measured

# A file of evaluation samples; a larger one is a wrong file.
MAX_FILE_BYTES = 4 * 1024**3
MAX_SAMPLES = 5_000_000


class Unreadable(Exception):
    """A file that cannot be imported: what it is, and what would do."""


class Sample(Value, frozen=True):
    """One model's outcome in [0, 1] on one question; `prompt` is a hash of the question, "" if it is not told."""

    id: str
    outcome: float
    prompt: str = ""


class Samples(Value, frozen=True):
    """One model's samples on one task."""

    task: str
    model: str
    samples: tuple[Sample, ...]


def sample(id_: str, outcome: object, prompt: str = "") -> Sample:
    """A sample whose outcome is a number in [0, 1]; Unreadable names the one that is not."""
    if isinstance(outcome, bool):
        outcome = float(outcome)
    if not isinstance(outcome, int | float) or not math.isfinite(outcome) or not 0 <= outcome <= 1:
        raise Unreadable(f"sample {id_!r} has the outcome {outcome!r}, which is no number in [0, 1]")
    return Sample(id_, float(outcome), prompt)


def averaged(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Epochs of one question are one unit: their mean, in the order in which the questions came."""
    found: dict[str, list[Sample]] = {}
    for one in samples:
        found.setdefault(one.id, []).append(one)
        if len(found) > MAX_SAMPLES:
            raise Unreadable(f"there are more than {MAX_SAMPLES:,} samples")
    return tuple(
        Sample(id_, math.fsum(one.outcome for one in same) / len(same), same[0].prompt) for id_, same in found.items()
    )


class PairedUp(Value, frozen=True):
    """The pairs of two files, and the questions that only one of them has."""

    pairs: tuple[Measured, ...]
    only_candidate: int
    only_incumbent: int


def pair_up(candidate: Samples, incumbent: Samples) -> PairedUp:
    """Join by question; Unreadable if the two are about different tasks, or ask differently under one id."""
    if candidate.task != incumbent.task:
        raise Unreadable(f"the files are about different tasks: {candidate.task!r} and {incumbent.task!r}")
    others = {one.id: one for one in incumbent.samples}
    pairs = []
    for mine in candidate.samples:
        other = others.get(mine.id)
        if other is None:
            continue
        if mine.prompt and other.prompt and mine.prompt != other.prompt:
            raise Unreadable(f"sample {mine.id!r} asks another question in each file: they are not the same evaluation")
        pairs.append(Measured(id=mine.id, candidate=mine.outcome, incumbent=other.outcome, prompt_hash=mine.prompt))
    if not pairs:
        raise Unreadable("the files have no question in common")
    return PairedUp(tuple(pairs), len(candidate.samples) - len(pairs), len(incumbent.samples) - len(pairs))


def unique(pairs: Sequence[Measured]) -> tuple[Measured, ...]:
    """The pairs, if no id stands there twice; Unreadable names the first that does."""
    seen: set[str] = set()
    for pair in pairs:
        if pair.id in seen:
            raise Unreadable(f"pair {pair.id!r} stands there twice; an id names one pair")
        seen.add(pair.id)
    return tuple(pairs)
