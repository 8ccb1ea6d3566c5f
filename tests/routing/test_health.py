"""Health: three failures in a row, rests that grow, waits that are asked for, one request that tries again."""

import pytest

from understudy.canon.faults import FaultKind
from understudy.routing.health import LONGEST_REST_S, LONGEST_WAIT_S, TRIAL_S, Condition, failed, tried

DOWN = FaultKind.UPSTREAM


def after(times: int, at_s: float = 0.0) -> Condition:
    found: Condition | None = None
    for _ in range(times):
        found = failed(found, DOWN, None, at_s)
        assert found is not None
        at_s = max(at_s, found.until_s)
    assert found is not None
    return found


def test_the_third_failure_in_a_row_begins_a_rest() -> None:
    assert after(2).words(0.0) is None
    third = after(3)
    assert third.words(4.9) == "it rests after 3 failures in a row (upstream), for 0 s more"
    assert third.words(5.0) is None


def test_rests_double_up_to_a_minute() -> None:
    spans = [after(times).until_s - after(times - 1).until_s for times in range(4, 12)]
    assert spans[:3] == [10.0, 20.0, 40.0]
    assert set(spans[3:]) == {LONGEST_REST_S}


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.OVERLOADED])
def test_a_place_that_asks_for_time_gets_it_at_once(kind: FaultKind) -> None:
    asked = failed(None, kind, 7.0, 100.0)
    assert asked is not None
    assert asked.until_s == 107.0
    assert asked.words(100.0) == f"it rests after one failure ({kind.value}), for 7 s more"
    greedy = failed(None, kind, 1e6, 100.0)
    assert greedy is not None
    assert greedy.until_s == 100.0 + LONGEST_WAIT_S
    other = failed(None, DOWN, 7.0, 100.0)
    assert other is not None
    assert other.until_s == 0.0


@pytest.mark.parametrize("kind", [FaultKind.BAD_REQUEST, FaultKind.TOO_LONG, FaultKind.NOT_FOUND, FaultKind.INTERNAL])
def test_what_is_not_the_places_fault_is_no_failure(kind: FaultKind) -> None:
    assert failed(None, kind, None, 0.0) is None
    assert failed(after(2), kind, None, 0.0) == after(2)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.UPSTREAM_REFUSED, FaultKind.TRUNCATED, DOWN])
def test_what_is_the_places_fault_counts(kind: FaultKind) -> None:
    found = failed(after(2), kind, None, 0.0)
    assert found is not None
    assert (found.failures, found.kind) == (3, kind)


def test_requests_that_were_on_their_way_say_nothing_new() -> None:
    assert failed(after(3), DOWN, None, 1.0) == after(3)


def test_the_first_request_after_a_rest_tries_it_for_all() -> None:
    resting = after(3)
    assert tried(resting, 4.9) == resting
    trying = tried(resting, 5.0)
    assert trying.words(5.0) is not None
    assert trying.words(5.0 + TRIAL_S) is None
    again = failed(trying, DOWN, None, 6.0)
    assert again is not None
    assert (again.failures, again.until_s, again.tried) == (4, 16.0, False)
    assert tried(after(2), 5.0) == after(2)
