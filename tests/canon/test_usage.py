"""Token counts: disjoint buckets, unknown is not zero, and the later word wins."""

from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.usage import NO_USAGE, Usage, inclusive, merge

COUNTS = st.integers(0, 10**9)
MAYBE = st.none() | COUNTS
USAGES = st.builds(Usage, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, st.sampled_from([(), ("usage_odd",)]))


def test_R21_buckets_add_up_to_the_prompt() -> None:
    usage = Usage(uncached_in=5, cache_read=7, cache_write_5m=11, cache_write_1h=13, out=17, reasoning=3)
    assert usage.total_in == 36
    assert usage.cache_write == 24


def test_an_unknown_prompt_is_not_zero() -> None:
    assert NO_USAGE.total_in is None
    assert Usage(cache_read=7, out=1).total_in is None
    assert Usage(uncached_in=0).total_in == 0


@given(COUNTS, MAYBE, MAYBE, MAYBE, MAYBE)
def test_T30_an_inclusive_count_splits_into_buckets_that_sum_to_it_again(
    prompt: int, out: int | None, read: int | None, write: int | None, reasoning: int | None
) -> None:
    usage = inclusive(prompt, out, read=read, write_5m=write, reasoning=reasoning)
    assert usage.total_in == prompt
    assert usage.uncached_in is not None
    assert usage.uncached_in >= 0
    assert (usage.out, usage.reasoning) == (out, reasoning)
    if (read or 0) + (write or 0) <= prompt:
        assert (usage.cache_read, usage.cache_write_5m, usage.flags) == (read, write, ())


def test_U2_more_cached_than_prompt_is_odd_and_never_negative() -> None:
    assert inclusive(10, 62, read=161) == Usage(10, 0, 0, None, 62, None, ("usage_odd",))
    assert inclusive(10, 1, read=6, write_5m=5).flags == ("usage_odd",)
    assert inclusive(11, 1, read=6, write_5m=5) == Usage(0, 6, 5, None, 1)


def test_a_prompt_that_nobody_told_stays_unknown() -> None:
    assert inclusive(None, 9, read=4, reasoning=2) == Usage(None, 4, None, None, 9, 2)


def test_T34_T35_the_later_word_wins_and_nothing_is_added() -> None:
    early, late = Usage(uncached_in=12, cache_read=3, out=1), Usage(uncached_in=10, out=9, reasoning=4)
    assert merge(early, late) == Usage(uncached_in=10, cache_read=3, out=9, reasoning=4)
    assert merge(late, late) == late
    # A zero is a word, silence is none.
    assert merge(early, Usage(cache_read=0)) == Usage(uncached_in=12, cache_read=0, out=1)


@given(USAGES, USAGES, USAGES)
def test_merging_has_an_identity_and_does_not_care_for_grouping(one: Usage, two: Usage, three: Usage) -> None:
    assert merge(NO_USAGE, one) == merge(one, NO_USAGE) == merge(one, one) == one
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


def test_flags_gather_and_stand_once() -> None:
    merged = merge(Usage(flags=("a", "b")), Usage(flags=("b", "c")))
    assert merged.flags == ("a", "b", "c")
