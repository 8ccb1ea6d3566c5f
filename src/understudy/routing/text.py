"""What a prompt's text says about the gain of one model over another: one linear model over three blocks.

Hand features, n-grams of words and n-grams of characters stand side by side in one ridge regression, and the prompt's
mean word vector as a fourth block where vectors are loaded and help. Weights are in units of outcome, so what each
feature adds to a decision can be read off exactly. Learned per tenant, never shared.

Nothing here decides: a text model alone never may, since on unseen kinds of prompt it falls below chance.
"""

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from understudy.stats.features import COUNT, NAMES, hand
from understudy.stats.ngrams import CHAR_BUCKETS, WORD_BUCKETS, Grams, char_grams, word_grams
from understudy.stats.ridge import Block, Full, Places, Rows, Vector, dense_rows, fit, idf_of, rows_of, weighted
from understudy.stats.vectors import Meaning, Single, Vectors

# Chosen on MMLU-Pro items that are no MMLU items (six pairs of models, 1,500 labels each) and on resamples of the
# pair of RouteLLM; see docs/decisions. A hand feature has variance 1 and an n-gram row length 1: the weight of the
# block says how much of the whole row's length the 24 may take.
PENALTY = 25.0
HAND_WEIGHT = 0.003
# The length that word vectors, centred, take beside n-gram rows of length 1. Chosen on RouterArena's tenth, MMLU-Pro
# without MMLU items and its MMLU items, with 500 and 1,500 labels: the largest that is worse on none of them.
VECTOR_WEIGHT = 0.3
# Prompts on which it is tried whether vectors help: more would settle little and take long.
TRIED = 1_500
# Mean vectors have length 1; those that differ by less than this, squared, mean the same.
ROUNDING = 1e-9
# A hand feature counts as at most this many deviations from its mean: one endless word is no reason for certainty.
MAX_DEVIATIONS = 4.0
# No text can be worth more than all of the outcome.
MAX_GAIN = 1.0


class Prompt(NamedTuple):
    """A prompt as numbers: computed once, read by every model's weights."""

    hand: Vector
    words: Grams
    chars: Grams
    meaning: Meaning | None = None

    @property
    def vectors(self) -> str:
        """The vectors that it was read with; empty where there were none."""
        return self.meaning.vectors if self.meaning is not None else ""


def read(text: str, vectors: Vectors | None = None) -> Prompt:
    """The numbers of a prompt's first characters."""
    meaning = vectors.meaning(text) if vectors is not None else None
    return Prompt(np.array(hand(text)), word_grams(text), char_grams(text), meaning)


class Design(NamedTuple):
    """Many prompts as numbers."""

    hand: Vector
    words: Rows
    chars: Rows
    meaning: Meaning | None = None

    def take(self, rows: Places) -> "Design":
        """These prompts, in this order."""
        meaning = self.meaning._replace(values=self.meaning.values[rows]) if self.meaning is not None else None
        return Design(self.hand[rows], self.words.take(rows), self.chars.take(rows), meaning)


def design(prompts: Sequence[Prompt]) -> Design:
    """Many prompts, side by side."""
    features = np.array([one.hand for one in prompts]).reshape(-1, COUNT)
    words = rows_of([one.words for one in prompts], WORD_BUCKETS)
    return Design(features, words, rows_of([one.chars for one in prompts], CHAR_BUCKETS), _meanings(prompts))


def _meanings(prompts: Sequence[Prompt]) -> Meaning | None:
    """The meanings of prompts that were all read with the same vectors; None where there were none."""
    read_with = {one.vectors for one in prompts}
    if len(read_with) > 1:
        raise ValueError(f"prompts that were read with different vectors, {sorted(read_with)}, cannot stand together")
    told = [one.meaning.values for one in prompts if one.meaning is not None]
    return Meaning(read_with.pop(), np.array(told, dtype=np.float64)) if told else None


class Contribution(NamedTuple):
    """What one feature adds to the predicted gain: a hand feature by name, an n-gram by its bucket, or all vectors."""

    block: str
    feature: str | int
    gain: float


class Sense(NamedTuple):
    """The weights of a prompt's mean vector, less that of all prompts, by the vectors that they were learned over."""

    vectors: str
    mean: Vector
    weights: Vector

    def gains(self, meaning: Meaning | None) -> Vector:
        """What the meaning of a prompt, or of many, adds to the gain."""
        if meaning is None or meaning.vectors != self.vectors:
            read_with = "none" if meaning is None else repr(meaning.vectors)
            raise ValueError(f"weights over the vectors {self.vectors!r} say nothing of a prompt read with {read_with}")
        found: Vector = (meaning.values - self.mean) @ self.weights
        return found


class TextModel(NamedTuple):
    """Weights, and what is needed to weigh a prompt the same way again. `offset` makes the mean of what it says 0."""

    mean: Vector
    deviation: Vector
    hand: Vector
    word_idf: Single
    word: Single
    char_idf: Single
    char: Single
    offset: float
    support: float
    sense: Sense | None = None

    @property
    def vectors(self) -> str:
        """The vectors that a prompt must have been read with; empty where any will do."""
        return self.sense.vectors if self.sense is not None else ""

    def gains(self, prompts: Design) -> Vector:
        """The predicted gain of every prompt, relative to the average prompt."""
        found = _standard(prompts.hand, self.mean, self.deviation) @ self.hand
        found = found + weighted(prompts.words, self.word_idf.astype(np.float64)).times(self.word.astype(np.float64))
        found = found + weighted(prompts.chars, self.char_idf.astype(np.float64)).times(self.char.astype(np.float64))
        if self.sense is not None:
            found = found + self.sense.gains(prompts.meaning)
        return np.clip(found - self.offset, -MAX_GAIN, MAX_GAIN)

    def gain(self, prompt: Prompt) -> float:
        """The predicted gain of one prompt, relative to the average prompt."""
        found = float(_standard(prompt.hand, self.mean, self.deviation) @ self.hand)
        found += float(_shares(prompt.words, self.word_idf, self.word).sum())
        found += float(_shares(prompt.chars, self.char_idf, self.char).sum())
        if self.sense is not None:
            found += float(self.sense.gains(prompt.meaning))
        return max(-MAX_GAIN, min(MAX_GAIN, found - self.offset))

    def knows(self, prompt: Prompt) -> bool:
        """Whether a prompt shares enough n-grams with those that this was learned from."""
        return _coverage(prompt.words, prompt.chars, self) >= self.support

    def contributions(self, prompt: Prompt, count: int) -> list[Contribution]:
        """The `count` features that move this prompt's gain most, largest first; all of them add up to the gain."""
        shares = _standard(prompt.hand, self.mean, self.deviation) * self.hand
        found = [Contribution("hand", NAMES[place], float(gain)) for place, gain in enumerate(shares)]
        for block, grams, idf, weights in (
            ("word", prompt.words, self.word_idf, self.word),
            ("char", prompt.chars, self.char_idf, self.char),
        ):
            gains = _shares(grams, idf, weights)
            top = np.argsort(-np.abs(gains))[:count]
            found += [Contribution(block, int(grams.buckets[place]), float(gains[place])) for place in top]
        if self.sense is not None:
            found.append(Contribution("vectors", "meaning", float(self.sense.gains(prompt.meaning))))
        return sorted(found, key=lambda one: -abs(one.gain))[:count]


def learn(prompts: Design, gains: Vector, support: float = 0.0) -> TextModel:
    """The model of how gains (one a prompt, in [-1, 1]) depend on the text."""
    return learner(prompts)(gains, support)


def learner(prompts: Design) -> Callable[[Vector, float], TextModel]:
    """What learns a model of any gains from these prompts, whose n-grams are weighed once for all."""
    mean, deviation = prompts.hand.mean(axis=0), prompts.hand.std(axis=0) + 1e-9
    word_idf, char_idf = idf_of(prompts.words), idf_of(prompts.chars)
    scale = np.sqrt(HAND_WEIGHT)
    blocks: list[Block] = [
        dense_rows(_standard(prompts.hand, mean, deviation) * scale),
        weighted(prompts.words, word_idf),
        weighted(prompts.chars, char_idf),
    ]
    meaning, centre, stretch = prompts.meaning, np.zeros(0), 0.0
    if meaning is not None:
        centre, stretch = _spread(meaning)
        blocks.append(Full((meaning.values - centre) * stretch))

    def learned(gains: Vector, support: float) -> TextModel:
        weights = fit(blocks, gains, PENALTY)
        said = sum(block.times(part) for block, part in zip(blocks, weights, strict=True))
        return TextModel(
            mean=mean,
            deviation=deviation,
            hand=weights[0] * scale,
            word_idf=word_idf.astype(np.float32),
            word=weights[1].astype(np.float32),
            char_idf=char_idf.astype(np.float32),
            char=weights[2].astype(np.float32),
            offset=float(np.mean(said)),
            support=support,
            sense=Sense(meaning.vectors, centre, weights[3] * stretch) if meaning is not None else None,
        )

    return learned


def _spread(meaning: Meaning) -> tuple[Vector, float]:
    """The mean of all meanings, and what brings the rest to the length that the block may take."""
    centre = meaning.values.mean(axis=0)
    square = float(((meaning.values - centre) ** 2).sum(axis=1).mean())
    return centre, math.sqrt(VECTOR_WEIGHT / square) if square > ROUNDING else 0.0


class Held(NamedTuple):
    """What models said of prompts that they were not learned from, and how much of each prompt they knew."""

    gains: Vector
    known: Vector

    def __add__(self, other: object) -> "Held":
        """What was said of some folds, and of others."""
        if not isinstance(other, Held):
            return NotImplemented
        return Held(self.gains + other.gains, self.known + other.known)


class Tried(NamedTuple):
    """Prompts as they are best read, with what they mean or without, and what was held out."""

    prompts: Design
    held: Held


def tried(prompts: Design, gains: Vector, folds: Places) -> Tried:
    """Prompts are read with what they mean only where that `helps` to predict gains of prompts that were held out.

    `gains` and `folds` are as `held_out` has them. Both ways are tried on as many folds as it takes for TRIED prompts.
    """
    plain, numbers = prompts._replace(meaning=None), np.unique(folds)
    if prompts.meaning is None:
        return Tried(plain, held_out(plain, gains, folds))
    sizes = np.cumsum([np.count_nonzero(folds == number) for number in numbers])
    cut = 1 + int(np.searchsorted(sizes[:-1], TRIED))
    without, over = (held_out(way, gains, folds, numbers[:cut]) for way in (plain, prompts))
    seen = np.isin(folds, numbers[:cut])
    better = helps(gains[seen], without.gains[seen], over.gains[seen])
    best, held = (prompts, over) if better else (plain, without)
    return Tried(best, held + held_out(best, gains, folds, numbers[cut:]))


def helps(gains: Vector, without: Vector, over: Vector) -> bool:
    """Whether predictions over vectors are better than those without, of all models' gains together (one row a prompt).

    Their squared errors are less by more than a standard error, and they put the gains in no worse an order: on sums in
    words they come nearer to each gain while ranking them worse, and what a dial does is to rank.
    """
    less = ((gains - without) ** 2 - (gains - over) ** 2).sum(axis=1)
    order = float(np.sum(gains * (_ranks(over) - _ranks(without))))
    return len(less) > 1 and order >= 0 and bool(less.mean() > less.std(ddof=1) / math.sqrt(len(less)))


def _ranks(values: Vector) -> Places:
    """The rank of each value in its column."""
    return np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")


def held_out(prompts: Design, gains: Vector, folds: Places, among: Places | None = None) -> Held:
    """Every prompt, or every one `among` some folds, judged by models that were learned from the other folds.

    `gains` has one row a prompt and one column a model, and so has what is found; `folds` has one number a prompt.
    """
    said, known = np.zeros_like(gains), np.zeros_like(gains)
    for fold in np.unique(folds) if among is None else among:
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        taught, asked = learner(prompts.take(outside)), prompts.take(inside)
        pairs = list(zip(_grams(asked.words), _grams(asked.chars), strict=True))
        for column in range(gains.shape[1]):
            model = taught(gains[outside, column], 0.0)
            said[inside, column] = model.gains(asked)
            known[inside, column] = [_coverage(words, chars, model) for words, chars in pairs]
    return Held(said, known)


def _grams(rows: Rows) -> Iterator[Grams]:
    for start, end in zip(rows.starts[:-1], rows.starts[1:], strict=True):
        yield Grams(rows.columns[start:end], rows.values[start:end])


def _standard(features: Vector, mean: Vector, deviation: Vector) -> Vector:
    """Hand features as deviations from their means, none of them further out than MAX_DEVIATIONS."""
    return np.clip((features - mean) / deviation, -MAX_DEVIATIONS, MAX_DEVIATIONS)


def _coverage(words: Grams, chars: Grams, model: TextModel) -> float:
    """The share of a prompt's n-grams that were seen before; a bucket that never was has no weight."""
    total = float(words.counts.sum() + chars.counts.sum())
    known = words.counts[model.word[words.buckets] != 0].sum() + chars.counts[model.char[chars.buckets] != 0].sum()
    return float(known) / total if total else 0.0


def _shares(grams: Grams, idf: Single, weights: Single) -> Vector:
    """What each n-gram of a prompt adds to its gain."""
    values = (1.0 + np.log(grams.counts)) * idf[grams.buckets]
    length = float(np.sqrt(values @ values))
    return values * weights[grams.buckets] / length if length else values


_PACKED = msgspec.msgpack.Decoder(tuple[dict[str, bytes], float, float])
_ARRAYS = ("mean", "deviation", "hand", "word_idf", "word", "char_idf", "char")


def packed(model: TextModel) -> bytes:
    """A model as bytes, compressed: most buckets of a young one are empty."""
    arrays = {name: np.asarray(getattr(model, name), dtype=np.float32).tobytes() for name in _ARRAYS}
    if model.sense is not None:
        arrays["vectors"] = model.sense.vectors.encode()
        arrays["centre"] = model.sense.mean.astype(np.float32).tobytes()
        arrays["sense"] = model.sense.weights.astype(np.float32).tobytes()
    return zlib.compress(msgspec.msgpack.encode((arrays, model.offset, model.support)), 1)


def packed_over(raw: bytes) -> str:
    """The vectors that a packed model was learned over; empty where there were none."""
    arrays, _, _ = _PACKED.decode(zlib.decompress(raw))
    return arrays.get("vectors", b"").decode()


def unpacked(raw: bytes) -> TextModel:
    """The model again; ValueError or zlib.error if these bytes are none."""
    arrays, offset, support = _PACKED.decode(zlib.decompress(raw))
    found = {name: np.frombuffer(raw, dtype=np.float32) for name, raw in arrays.items() if name != "vectors"}
    return TextModel(
        mean=found["mean"].astype(np.float64),
        deviation=found["deviation"].astype(np.float64),
        hand=found["hand"].astype(np.float64),
        word_idf=found["word_idf"],
        word=found["word"],
        char_idf=found["char_idf"],
        char=found["char"],
        offset=offset,
        support=support,
        sense=Sense(arrays["vectors"].decode(), found["centre"].astype(np.float64), found["sense"].astype(np.float64))
        if "vectors" in arrays
        else None,
    )
