"""Usage out of many hosts' words, into disjoint buckets, and back."""

from typing import Any

import pytest

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.openai_metering import read_usage, unread_usage, write_usage


def counts(prompt: int = 100, completion: int = 20, total: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion if total is None else total,
        **more,
    }


@pytest.mark.parametrize(
    "cached",
    [
        {"prompt_tokens_details": {"cached_tokens": 30}},
        {"prompt_cache_hit_tokens": 30, "prompt_cache_miss_tokens": 70},
        {"cached_tokens": 30},
        {"prompt_tokens_details": {"cached_tokens": 0}, "prompt_cache_hit_tokens": 30},
    ],
)
def test_T30_cached_tokens_are_taken_out_of_the_prompt_wherever_they_are_told(cached: dict[str, Any]) -> None:
    assert read_usage(counts(**cached)) == Usage(uncached_in=70, cache_read=30, out=20)


def test_T31_cache_writes() -> None:
    details = {"cached_tokens": 30, "cache_write_tokens": 10}
    usage = read_usage(counts(prompt_tokens_details=details))
    assert usage == Usage(uncached_in=60, cache_read=30, cache_write_5m=10, out=20)


def test_T32_reasoning_is_inside_the_output() -> None:
    usage = read_usage(counts(completion_tokens_details={"reasoning_tokens": 15}))
    assert (usage.out, usage.reasoning) == (20, 15)


def test_U1_reasoning_that_the_completion_leaves_out_is_added() -> None:
    usage = read_usage(counts(total=135, completion_tokens_details={"reasoning_tokens": 15}))
    assert (usage.out, usage.reasoning, usage.total_in) == (35, 15, 100)


def test_U2_more_cached_tokens_than_the_prompt_has_are_odd() -> None:
    usage = read_usage(counts(prompt=10, prompt_tokens_details={"cached_tokens": 161}))
    assert (usage.uncached_in, usage.cache_read, usage.flags) == (10, 0, ("usage_odd",))


def test_U3_audio_that_the_prompt_leaves_out_is_added() -> None:
    usage = read_usage(counts(prompt=9, total=229, prompt_tokens_details={"audio_tokens": 200}))
    assert usage.total_in == 209


@pytest.mark.parametrize("body", [None, 7, {}, {"prompt_tokens": None}, {"prompt_tokens": -1}, {"prompt_tokens": True}])
def test_R21_what_was_not_told_stays_unknown(body: Any) -> None:
    assert read_usage(body) is NO_USAGE


def test_unread_fields_are_kept() -> None:
    body = counts(
        cost=0.1,
        none=None,
        prompt_tokens_details={"cached_tokens": 1, "audio_tokens": 2},
        completion_tokens_details={"reasoning_tokens": 1},
    )
    assert unread_usage(body) == {"cost": 0.1, "prompt_tokens_details": {"audio_tokens": 2}}
    assert unread_usage(None) == {}


def test_C4_usage_is_written_so_that_it_reads_the_same() -> None:
    usage = Usage(uncached_in=60, cache_read=30, cache_write_5m=10, out=20, reasoning=15)
    body = write_usage(usage)
    assert body["total_tokens"] == 120
    assert read_usage(body) == usage


def test_unknown_counts_are_null_and_never_0() -> None:
    assert write_usage(NO_USAGE) == {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}
    assert write_usage(Usage(uncached_in=1))["total_tokens"] is None
