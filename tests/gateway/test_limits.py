"""Limits in headers, read in every spelling and written in the caller's."""

import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.limits import Quota
from understudy.gateway.limits import PASSING, read_limits, read_wait_s, wait_s_of, write_limits, write_wait

NOW = 1_700_000_000.0
OWN = "own-ratelimit"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5", "retry-after-ms": "1420"}, 1.42),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:10 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_T58_how_long_to_wait_in_seconds_milliseconds_or_a_date(headers: dict[str, str], wait_s: float | None) -> None:
    assert read_wait_s(headers, NOW) == wait_s


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("6m0s", 360.0), ("1h2m3.5s", 3723.5), ("20ms", 0.02), ("1m20ms", 60.02), ("12", 12.0), ("1700000030", 30.0),
     ("1700000030000", 30.0), ("2023-11-14T22:13:30Z", 10.0), ("2023-11-14T22:13:10Z", 0.0), ("later", None),
     ("", None)],
)  # fmt: skip
def test_T58_a_reset_is_a_duration_a_time_or_a_date(reset: str, seconds: float | None) -> None:
    headers = {"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": reset}
    assert read_limits(headers, (), NOW) == {"tokens": Quota(None, 5, seconds)}


def test_T58_both_spellings_are_read_and_each_caller_is_told_in_its_own() -> None:
    theirs = {f"{OWN}-requests-{name}": value for name, value in (("limit", "50"), ("remaining", "0"))}
    theirs[f"{OWN}-requests-reset"] = "2023-11-14T22:13:30Z"
    limits = read_limits(theirs, (OWN,), NOW)
    assert limits == {"requests": Quota(50, 0, 10.0)}
    common = [
        ("x-ratelimit-limit-requests", "50"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "10.000s"),
    ]
    assert write_limits(limits, None, NOW) == common
    assert write_limits(limits, OWN, NOW) == [*common, *theirs.items()]
    assert read_limits({"x-ratelimit-limit-requests": "x"}, (), NOW) == {"requests": Quota()}
    assert read_limits({}, (OWN,), NOW) == {}


def test_T58_a_wait_is_told_in_seconds_and_in_milliseconds() -> None:
    assert write_wait(1.42) == [("retry-after", "2"), ("retry-after-ms", "1420")]
    assert write_wait(0.0) == [("retry-after", "1"), ("retry-after-ms", "0")]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_W15_what_passes_by_itself_names_a_time(kind: FaultKind) -> None:
    assert wait_s_of(Fault("no", kind=kind)) == (1.0 if kind in PASSING else None)
    assert wait_s_of(Fault("no", kind=kind, retry_after_s=0.2)) == 0.2
