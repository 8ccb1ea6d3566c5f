"""Usage in disjoint buckets: totals, merges, and providers whose prompt count includes the cache."""

from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.usage import NO_USAGE, Usage, added, inclusive, merge

MAYBE = st.none() | st.integers(0, 10**6)
USAGES = st.builds(Usage, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, st.sampled_from([(), ("usage_odd",)]))


def test_totals() -> None:
    usage = Usage(uncached_in=1, cache_read=2, cache_write_5m=4, cache_write_1h=8)
    assert (usage.total_in, usage.cache_write) == (15, 12)
    assert Usage(cache_read=2).total_in is None
    assert Usage(uncached_in=1).total_in == 1


@given(USAGES, USAGES)
def test_T34_T35_the_later_word_wins_bucket_by_bucket(earlier: Usage, later: Usage) -> None:
    merged = merge(earlier, later)
    for bucket in ("uncached_in", "cache_read", "cache_write_5m", "cache_write_1h", "out", "reasoning"):
        told = getattr(later, bucket)
        assert getattr(merged, bucket) == (getattr(earlier, bucket) if told is None else told)
    assert set(merged.flags) == set(earlier.flags) | set(later.flags)


@given(USAGES)
def test_nothing_is_merged_with_nothing(usage: Usage) -> None:
    assert merge(NO_USAGE, usage) is usage
    assert merge(usage, usage) == usage


@given(st.integers(0, 1000), MAYBE, st.integers(0, 2000), st.integers(0, 2000))
def test_R21_C4_no_bucket_is_ever_negative_and_the_sum_is_the_providers(
    prompt: int, out: int | None, read: int, write: int
) -> None:
    usage = inclusive(prompt, out, read=read, write_5m=write)
    assert usage.total_in == prompt
    assert usage.uncached_in is not None
    assert usage.uncached_in >= 0
    assert usage.flags == (("usage_odd",) if read + write > prompt else ())


def test_an_untold_prompt_stays_unknown() -> None:
    assert inclusive(None, 3, read=2) == Usage(None, 2, out=3)


@given(USAGES, USAGES)
def test_what_is_added_up_counts_both_and_invents_nothing(one: Usage, other: Usage) -> None:
    both = added(one, other)
    assert added(one, NO_USAGE) == one
    assert (both.out is None) is (one.out is None and other.out is None)
    assert both.out in (None, (one.out or 0) + (other.out or 0))
    assert both.reasoning in (None, (one.reasoning or 0) + (other.reasoning or 0))
    assert set(both.flags) == set(one.flags) | set(other.flags)
