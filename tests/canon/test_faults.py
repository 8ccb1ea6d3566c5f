"""One table of faults: statuses, blame, and what an upstream's status stands for."""

import pytest

from understudy.canon.faults import TABLE, Blame, Fault, FaultKind, bad_request, kind_of_status


def test_the_table_has_a_row_for_each_kind() -> None:
    assert set(TABLE) == set(FaultKind)
    assert all(400 <= row.status < 600 for row in TABLE.values())
    assert not any(row.retriable for row in TABLE.values() if row.blame is Blame.CALLER)
    assert all(row.retriable for row in TABLE.values() if row.blame is Blame.UPSTREAM)


def test_our_own_key_turned_away_is_ours_and_the_callers_is_the_callers() -> None:
    assert TABLE[FaultKind.UPSTREAM_REFUSED].blame is Blame.US
    assert TABLE[FaultKind.AUTHENTICATION].blame is Blame.CALLER


def test_a_fault_knows_whose_it_is() -> None:
    fault = Fault("busy", kind=FaultKind.OVERLOADED, native="overloaded", retry_after_s=2.0)
    assert (fault.blame, fault.row.status, fault.row.retriable) == (Blame.UPSTREAM, 503, True)
    assert (str(fault), fault.native, fault.retry_after_s, fault.param) == ("busy", "overloaded", 2.0, None)


def test_a_bad_request_names_its_field() -> None:
    fault = bad_request("no", "model")
    assert (fault.kind, fault.param, fault.blame) == (FaultKind.BAD_REQUEST, "model", Blame.CALLER)


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
        (529, FaultKind.OVERLOADED),
        (302, FaultKind.UPSTREAM),
    ],
)
def test_T57_statuses_of_upstreams(status: int, kind: FaultKind) -> None:
    assert kind_of_status(status) is kind
