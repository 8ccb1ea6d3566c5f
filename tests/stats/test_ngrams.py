"""N-grams in buckets: equal to counting them one by one, the same in every process."""

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from understudy.stats.ngrams import CHAR_BUCKETS, WORD_BUCKETS, char_grams, named_chars, named_words, word_grams

PROVE, ROV = 38119, 23813


def slow_words(text: str) -> list[str]:
    words = re.findall(r"\w\w+", text[:3000].lower())
    return words + [f"{words[k]} {words[k + 1]}" for k in range(len(words) - 1)]


def slow_chars(text: str) -> list[str]:
    padded = [f" {word} " for word in text[:3000].lower().split()]
    return [word[k : k + size] for size in (3, 4) for word in padded for k in range(len(word) - size + 1)]


@given(st.text(alphabet="ab cde fgh\nÄß1_!😀", max_size=60))
def test_the_same_n_grams_as_by_hand(text: str) -> None:
    assert Counter(gram for _, gram in named_words(text)) == Counter(slow_words(text))
    assert Counter(gram for _, gram in named_chars(text)) == Counter(slow_chars(text))


@given(st.text(max_size=80))
def test_buckets_count_n_grams(text: str) -> None:
    for named, grams in ((named_words, word_grams), (named_chars, char_grams)):
        found = grams(text)
        assert dict(zip(found.buckets.tolist(), found.counts.tolist(), strict=True)) == Counter(
            bucket for bucket, _ in named(text)
        )


def test_equal_n_grams_share_a_bucket_wherever_they_stand() -> None:
    first = dict((gram, bucket) for bucket, gram in named_words("some words here"))
    later = dict((gram, bucket) for bucket, gram in named_words("x" * 400 + " before SOME words here"))
    assert first["some words"] == later["some words"]
    assert first["here"] == later["here"]


def test_buckets_are_fixed_for_all_time() -> None:
    # Learned weights are kept by bucket: a changed hash would scramble every one of them.
    assert dict((gram, bucket) for bucket, gram in named_words("prove it"))["prove"] == PROVE
    assert next(bucket for bucket, gram in named_chars("prove") if gram == "rov") == ROV


def test_few_collisions() -> None:
    words = [f"word{k}" for k in range(2000)]
    assert len({bucket for word in words for bucket, gram in named_words(word)}) > 1950
    assert max(bucket for word in words for bucket, _ in named_words(word)) < WORD_BUCKETS
    assert max(bucket for bucket, _ in named_chars(" ".join(words)[:3000])) < CHAR_BUCKETS


def test_nothing_to_count() -> None:
    for text in ("", " \n", "a"):
        assert len(word_grams(text).buckets) == 0
    assert len(char_grams("").buckets) == 0
