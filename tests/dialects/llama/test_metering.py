"""Usage among the metrics, there and back."""

from typing import Any

from tests.dialects.llama.samples import METRICS

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.llama.metering import read_usage, write_metrics


def test_counts_are_read_and_told() -> None:
    assert read_usage(METRICS) == Usage(uncached_in=9, out=5)
    assert write_metrics(Usage(5, 4, None, None, 5)) == METRICS


def test_what_nobody_told_is_no_zero() -> None:
    nothings: list[Any] = [None, [], [7], [{"metric": "latency", "value": 1}], [{"metric": "num_prompt_tokens"}], {}]
    for nothing in nothings:
        assert read_usage(nothing) is NO_USAGE
    assert write_metrics(NO_USAGE) == []
