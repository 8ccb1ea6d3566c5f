"""Siblings: models of one line, told by maker and name, and the means that they lend to one of which little was seen.

Two models are siblings if one maker made them and their names differ in nothing but the version behind its first
number, the build or the date: `llama-3.1-8b-instruct` and `llama-3.3-8b-instruct`, `gpt-4o-2024-08-06` and
`gpt-4o-2024-11-20`. Another size or generation is no sibling: measured, they mislead. Nor is another tuning, which may
have done anything to the model. Of names without a version one must have a date: names alike may be any two models.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from understudy.routing.beliefs import Record, Start
from understudy.routing.board import Model
from understudy.routing.dated import BETWEEN, age, undated
from understudy.routing.priors import Prior
from understudy.stats.shrinkage import PSEUDO

_BETWEEN = re.compile(f"[{BETWEEN}]+")
# A word, a version, or one right behind the other: "llama", "3.1", "v0.2", "qwen2.5". Sizes ("8b", "8x7b") are words.
_PIECE = re.compile(r"(?P<word>[a-z]*)(?P<version>\d+(?:\.\d+)*)?")
# Behind a word, numbers of more digits are no versions either.
_VERSION_DIGITS = 2


class Line(NamedTuple):
    """What siblings have in common; a name without a version tells of no generation."""

    maker: str
    words: tuple[str, ...]
    generation: int | None


def line_of(model: Model) -> Line | None:
    """The line of a model; None where its name upstream has no words."""
    words, versions = [], []
    for piece in _BETWEEN.split(undated(_name(model))):
        told = _PIECE.fullmatch(piece)
        word, version = (piece, None) if told is None else (told["word"], told["version"])
        if word and word != "v":
            words.append(word)
        if version and len(first := version.partition(".")[0]) <= _VERSION_DIGITS:
            versions.append(int(first))
    return Line(model.maker, tuple(words), versions[0] if versions else None) if words else None


def _name(model: Model) -> str:
    return model.upstream.rpartition("/")[2].lower()


def _dated(model: Model) -> bool:
    return age(_name(model)) is not None


def siblings(model: Model, pool: Sequence[Model]) -> Iterator[Model]:
    """The other models of a pool that are of this one's line."""
    line = line_of(model)
    if line is None:
        return
    sure = line.generation is not None or _dated(model)
    for one in pool:
        if one.name != model.name and line_of(one) == line and (sure or _dated(one)):
            yield one


def start_of(
    model: Model,
    kind: str,
    pool: Sequence[Model],
    records: Mapping[str, Record],
    priors: Mapping[str, Prior],
) -> Start | None:
    """Where a model's mean starts on a kind: as the operator said, or at the mean of its siblings' means on that kind.

    `records` are those of the kind, by model. None where nothing is said of it.
    """
    prior = priors.get(model.name)
    if prior is not None:
        return Start(mean=prior.of(kind), said="as the route's priors say", part=prior.weight / PSEUDO)
    seen = [one for one in pool if one.name in records]
    told = {one.name: records[one.name].mean for one in siblings(model, seen)} if seen else {}
    if not told:
        return None
    whose = "the mean of its sibling" if len(told) == 1 else "the mean of its siblings"
    return Start(mean=sum(told.values()) / len(told), said=f"{whose} {', '.join(told)}")
