from tests.dialects.gemini.samples import USAGE

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.gemini.metering import (
    NO_COUNTS,
    Counts,
    counts_in,
    merged,
    read_usage,
    unread_usage,
    write_usage,
)


def test_T32_thoughts_are_counted_with_the_answer_and_tools_with_the_prompt() -> None:
    usage = read_usage(counts_in({**USAGE, "toolUsePromptTokenCount": 5, "cachedContentTokenCount": 4}), final=True)
    assert (usage.total_in, usage.cache_read, usage.out, usage.reasoning) == (14, 4, 5, 2)


def test_an_answer_of_no_tokens_is_known_to_be_so_only_at_its_end() -> None:
    assert read_usage(counts_in({"promptTokenCount": 3}), final=False).out is None
    assert read_usage(counts_in({"promptTokenCount": 3}), final=True).out == 0
    assert read_usage(counts_in({"trafficType": "X"}), final=True) == NO_USAGE
    assert read_usage(counts_in({"promptTokenCount": True}), final=True) == NO_USAGE


def test_usage_is_written_as_it_is_read() -> None:
    usage = Usage(uncached_in=5, cache_read=4, out=5, reasoning=2)
    assert read_usage(counts_in(write_usage(usage)), final=True) == usage
    assert write_usage(NO_USAGE) == {}


def test_the_count_of_the_whole_stands_where_thoughts_are_said_to_be_more() -> None:
    odd = write_usage(Usage(uncached_in=5, out=2, reasoning=9))
    assert (odd["candidatesTokenCount"], odd["thoughtsTokenCount"], odd["totalTokenCount"]) == (0, 2, 7)


def test_what_has_no_bucket_is_kept_apart() -> None:
    assert unread_usage({**USAGE, "trafficType": "X", "y": None}) == {"trafficType": "X"}


def test_T32_the_last_word_on_each_count_wins() -> None:
    first = Counts(9, 5, None, 2, 4)
    assert merged(first, Counts(candidates_token_count=3)) == Counts(9, 5, 3, 2, 4)
    assert merged(first, Counts(8, 4, 3, 1, 0)) == Counts(8, 4, 3, 1, 0)
    assert merged(first, NO_COUNTS) == merged(NO_COUNTS, first) == first
