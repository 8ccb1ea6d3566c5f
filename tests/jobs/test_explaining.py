"""An exchange explained: what was decided, and what came of it where another answered or nobody did."""

from msgspec.structs import replace

from understudy.jobs.explaining import account
from understudy.ports import Attempt, Exchange
from understudy.routing.decide import Decision

DECISION = Decision(chosen="rented", incumbent="rented", why="the incumbent is worth most", options=())
SERVED = Exchange(id="e", at_s=1.0, route="auto", kind="chat", model="rented", decision=DECISION)
FAILED = Attempt("rented", "upstream", 502)


def test_what_went_as_decided_is_the_decision() -> None:
    assert list(account(SERVED)) == ["rented answers: the incumbent is worth most"]


def test_another_that_answered_is_told_with_who_was_asked() -> None:
    instead = replace(
        SERVED,
        model="own",
        reason="the incumbent is worth most; rented failed first",
        attempts=(FAILED, Attempt("own", "ok", 200)),
    )
    assert list(account(instead))[1:] == [
        "but own answered: rented failed first",
        "asked in turn: rented upstream, own ok",
    ]


def test_a_fault_is_told_whether_something_was_decided_or_not() -> None:
    lost = replace(SERVED, model=None, status="failed", http_status=502, fault="upstream", attempts=(FAILED,))
    assert list(account(lost))[1:] == ["failed (502, upstream): rented upstream"]
    refused = Exchange(id="e", at_s=1.0, status="refused", http_status=400, fault="bad_request", message="no messages")
    assert list(account(refused)) == ["refused (400, bad_request): no messages"]


def test_without_a_decision_the_reason_is_told() -> None:
    assert list(account(replace(SERVED, decision=None, reason="the caller named this model"))) == [
        "the caller named this model"
    ]
