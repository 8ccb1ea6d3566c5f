"""The tables: statuses and reasons."""

import pytest

from understudy.canon.reply import StopReason
from understudy.dialects.openai_responses.words import status_of, stop_of


@pytest.mark.parametrize(
    ("status", "reason", "calls", "stop"),
    [
        ("completed", None, False, StopReason.STOP),
        ("completed", None, True, StopReason.TOOL_CALLS),
        ("incomplete", "max_output_tokens", True, StopReason.LENGTH),
        ("incomplete", "content_filter", False, StopReason.REFUSAL),
        ("incomplete", "of tomorrow", False, StopReason.OTHER),
        ("in_progress", None, False, None),
        (None, None, False, None),
    ],
)
def test_T24_what_a_status_says(status: str | None, reason: str | None, calls: bool, stop: StopReason | None) -> None:
    assert stop_of(status, reason, calls=calls) is stop


def test_T24_T25_every_reason_has_a_status() -> None:
    incomplete = {stop for stop in StopReason if status_of(stop) == "incomplete"}
    assert incomplete == {StopReason.LENGTH, StopReason.REFUSAL}
    assert {status_of(stop) for stop in set(StopReason) - incomplete} == {"completed"}
    assert status_of(None) == "in_progress"
