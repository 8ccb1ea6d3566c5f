"""Every fault has a status, somebody to blame, and a word on whether another try may help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.faults import TABLE, Blame, Fault, FaultKind, bad_request, kind_of_status


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_has_a_row_that_its_fault_tells(kind: FaultKind) -> None:
    fault = Fault("what happened", kind=kind)
    assert fault.row is TABLE[kind]
    assert fault.blame is fault.row.blame
    assert 400 <= fault.row.status < 600


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_callers_mistake_is_not_tried_again_and_an_upstreams_is(kind: FaultKind) -> None:
    row = TABLE[kind]
    assert row.retriable or row.blame is not Blame.UPSTREAM
    assert not (row.retriable and row.blame is Blame.CALLER)
    if row.blame is Blame.CALLER:
        assert row.status < 500


def test_our_own_key_turned_away_is_not_the_callers_fault() -> None:
    assert TABLE[FaultKind.UPSTREAM_REFUSED].blame is Blame.US
    assert TABLE[FaultKind.AUTHENTICATION].blame is Blame.CALLER


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.BAD_REQUEST),
        (401, FaultKind.UPSTREAM_REFUSED),
        (403, FaultKind.UPSTREAM_REFUSED),
        (404, FaultKind.NOT_FOUND),
        (408, FaultKind.TIMEOUT),
        (413, FaultKind.TOO_LARGE),
        (418, FaultKind.BAD_REQUEST),
        (422, FaultKind.BAD_REQUEST),
        (429, FaultKind.RATE_LIMITED),
        (500, FaultKind.UPSTREAM_INTERNAL),
        (502, FaultKind.UPSTREAM),
        (503, FaultKind.OVERLOADED),
        (504, FaultKind.TIMEOUT),
        (520, FaultKind.UPSTREAM),
        (529, FaultKind.OVERLOADED),
        (302, FaultKind.UPSTREAM),
    ],
)
def test_T57_what_an_upstreams_status_says(status: int, kind: FaultKind) -> None:
    assert kind_of_status(status) is kind


@given(st.integers(400, 599))
def test_a_status_of_an_upstream_never_blames_us_for_the_callers_key(status: int) -> None:
    assert kind_of_status(status) not in (FaultKind.AUTHENTICATION, FaultKind.PERMISSION, FaultKind.INTERNAL)


def test_a_fault_keeps_what_it_was_told() -> None:
    fault = Fault("slow down", kind=FaultKind.RATE_LIMITED, native="rate_limit_exceeded", retry_after_s=1.5)
    assert (str(fault), fault.message, fault.param) == ("slow down", "slow down", None)
    assert (fault.native, fault.retry_after_s) == ("rate_limit_exceeded", 1.5)


def test_a_bad_request_names_its_field() -> None:
    fault = bad_request("no such role", "messages[0].role")
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, "messages[0].role")
