"""N-grams of words and of characters, hashed into buckets: what a prompt says, as sparse numbers.

The hash is a polynomial over code points, finished by a mixer (the 64-bit one of MurmurHash3): the same in every
process and release, since learned weights are kept by bucket. Everything runs on whole arrays; a prompt of
`READ_CHARS` characters takes some hundred microseconds.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.stats.features import READ_CHARS

WORD_BUCKETS = 1 << 17
CHAR_BUCKETS = 1 << 16
CHAR_SIZES = (3, 4)

_WORD = re.compile(r"\w\w+")
_MASK = (1 << 64) - 1
# An odd multiplier has an inverse modulo 2^64, so the hash of any stretch comes from two prefix sums.
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_JOIN = np.uint64(0xD6E8FEB86659FD93)
_SPACE = 32


class Grams(NamedTuple):
    """The distinct buckets that a text falls into, and how often it falls into each."""

    buckets: NDArray[np.int64]
    counts: NDArray[np.float64]


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    powers, power = [], 1
    for _ in range(count):
        powers.append(power)
        power = power * base & _MASK
    return np.array(powers, dtype=np.uint64)


# Lower case can be longer than what it was made from, and every word gets two blanks: three times is ample.
_LONGEST = 3 * READ_CHARS + 4
_POWERS = _powers(_BASE, _LONGEST)
_INVERSES = _powers(_BASE_INVERSE, _LONGEST)


def word_grams(text: str) -> Grams:
    """Words of two characters or more, alone and in pairs."""
    hashes = _word_hashes(text)
    return _counted(hashes, WORD_BUCKETS)


def char_grams(text: str) -> Grams:
    """Three and four characters in a row within a word, each word with a blank on either side."""
    return _counted(np.concatenate([hashes for hashes, _ in _windows(_padded(text))]), CHAR_BUCKETS)


def named_words(text: str) -> Iterator[tuple[int, str]]:
    """Every word n-gram of a text with its bucket, in the order of the buckets of `word_grams`."""
    words = [match[0] for match in _WORD.finditer(text[:READ_CHARS].lower())]
    grams = words + [f"{first} {second}" for first, second in pairwise(words)]
    yield from zip(_buckets(_word_hashes(text), WORD_BUCKETS).tolist(), grams, strict=True)


def named_chars(text: str) -> Iterator[tuple[int, str]]:
    """Every character n-gram of a text with its bucket."""
    padded = _padded(text)
    for (hashes, starts), size in zip(_windows(padded), CHAR_SIZES, strict=True):
        for bucket, start in zip(_buckets(hashes, CHAR_BUCKETS).tolist(), starts.tolist(), strict=True):
            yield bucket, padded[start : start + size]


def _word_hashes(text: str) -> NDArray[np.uint64]:
    lowered = text[:READ_CHARS].lower()
    spans = np.array([match.span() for match in _WORD.finditer(lowered)], dtype=np.int64).reshape(-1, 2)
    prefix = _prefix(_codes(lowered))
    starts, ends = spans[:, 0], spans[:, 1]
    words = _mixed((prefix[ends] - prefix[starts]) * _INVERSES[starts])
    return np.concatenate([words, words[:-1] * _JOIN + words[1:]])


def _padded(text: str) -> str:
    words = text[:READ_CHARS].lower().split()
    return f" {'  '.join(words)} " if words else ""


def _windows(padded: str) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """For each size the hashes of all windows that lie within one word, and where they start."""
    codes = _codes(padded)
    prefix = _prefix(codes)
    blank = codes == _SPACE
    # Two blanks in a row are the seam between two words.
    seam = blank[:-1] & blank[1:]
    for size in CHAR_SIZES:
        count = max(0, len(codes) - size + 1)
        crossing = np.zeros(count, dtype=bool)
        for offset in range(size - 1):
            crossing |= seam[offset : offset + count]
        starts = np.flatnonzero(~crossing)
        yield (prefix[starts + size] - prefix[starts]) * _INVERSES[starts] + np.uint64(size), starts


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _prefix(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * _POWERS[: len(codes)], out=sums[1:])
    return sums


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    hashes = (hashes ^ (hashes >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    hashes = (hashes ^ (hashes >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return hashes ^ (hashes >> np.uint64(33))


def _buckets(hashes: NDArray[np.uint64], buckets: int) -> NDArray[np.int64]:
    return (_mixed(hashes) & np.uint64(buckets - 1)).astype(np.int64)


def _counted(hashes: NDArray[np.uint64], buckets: int) -> Grams:
    found, counts = np.unique(_buckets(hashes, buckets), return_counts=True)
    return Grams(found, counts.astype(np.float64))
