"""Usage, from this dialect's metrics and back: the prompt's count includes what a cache served."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage, inclusive
from understudy.dialects.llama.words import COMPLETION, PROMPT, TOTAL

# Above every count of tokens; a metric beyond it is none.
MAX_COUNT = 2**53


def read_usage(metrics: Any) -> Usage:
    """The usage that the metrics tell."""
    told = {
        str(one.get("metric")): int(one["value"])
        for one in (metrics if isinstance(metrics, list) else ())
        if isinstance(one, dict) and _counts(one.get("value"))
    }
    usage = inclusive(told.get(PROMPT), told.get(COMPLETION))
    return NO_USAGE if usage == NO_USAGE else usage


def _counts(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value < MAX_COUNT


def write_metrics(usage: Usage) -> list[dict[str, Any]]:
    """The metrics; a count that nobody told is left out, never 0."""
    prompt, out = usage.total_in, usage.out
    total = None if prompt is None or out is None else prompt + out
    counts = ((PROMPT, prompt), (COMPLETION, out), (TOTAL, total))
    return [{"metric": name, "value": value, "unit": "tokens"} for name, value in counts if value is not None]
