"""The draft: one journal row for each request, whatever comes of it, and headers that nothing can break."""

from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import OWN, RENTED, Stage
from understudy.canon.faults import TABLE, Blame, Fault, FaultKind
from understudy.canon.messages import Message
from understudy.canon.omissions import Omission
from understudy.canon.parts import Text
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.gateway.draft import MAX_OMITTED_HEADER_CHARS, Draft, status_of
from understudy.policy.keys import Caller
from understudy.ports import Attempt, Exchange
from understudy.routing.choose import Plan

REQUEST = Request(model="r", dialect="anthropic", messages=(Message("user", (Text("secret words"),)),), stream=True)
PLAN = Plan(
    chain=(OWN, RENTED),
    reason="the candidate serves 25% of this slice",
    route="r",
    kind="chat",
    incumbent=RENTED,
    served="candidate",
    hypothesis="h",
    share=0.25,
    bucket=0.125,
)
FAULT = Fault("the model fell silent", kind=FaultKind.TIMEOUT)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def begun(stage: Stage) -> Draft:
    """A draft of a planned request whose answer is about to be complete."""
    draft = Draft(stage.site, stage.call())
    draft.caller, draft.request, draft.plan = Caller("team", "acme"), REQUEST, PLAN
    draft.unit, draft.model = "request:1", OWN
    draft.usage, draft.stop = Usage(uncached_in=100, out=10), "stop"
    return draft


def booked(stage: Stage) -> Exchange:
    """The one exchange that is in the books."""
    [record] = stage.journal()
    assert isinstance(record, Exchange)
    assert stage.observed == [record]
    return record


def test_a_complete_answer(stage: Stage) -> None:
    draft = begun(stage)
    stage.clock.ticks_s += 0.25
    draft.content()
    stage.clock.ticks_s += 0.5
    draft.content()
    draft.book("ok")
    row = booked(stage)
    assert (row.id, row.at_s, row.tenant, row.key) == ("ex_1", 1_000.0, "acme", "team")
    assert (row.route, row.kind, row.dialect, row.asked) == ("r", "chat", "anthropic", "r")
    assert (row.model, row.owned, row.build, row.stream) == ("own", True, "own-b", True)
    assert (row.status, row.http_status, row.fault, row.stop) == ("ok", 200, None, "stop")
    assert (row.first_token_ms, row.latency_ms) == (250.0, 750.0)
    assert (row.cost_nano_usd, row.incumbent_cost_nano_usd) == (0, 280_000)
    assert (row.hypothesis, row.unit, row.bucket, row.share) == ("h", "request:1", 0.125, 0.25)
    assert row.attempts == (Attempt("own", "ok", 200, 750.0),)
    assert row.reason == PLAN.reason


def test_a_row_is_written_once(stage: Stage) -> None:
    draft = begun(stage)
    draft.book("ok")
    draft.book("cancelled", fault=FAULT, http_status=499)
    assert booked(stage).status == "ok"


def test_a_failure_is_booked_with_its_fault(stage: Stage) -> None:
    draft = begun(stage)
    draft.book("failed", fault=FAULT, http_status=504)
    row = booked(stage)
    assert (row.status, row.http_status, row.fault, row.message) == ("failed", 504, "timeout", FAULT.message)
    assert row.attempts == ()


def test_a_request_that_nobody_understood_is_booked_too(stage: Stage) -> None:
    Draft(stage.site, stage.call()).book("refused", fault=FAULT, http_status=400)
    row = booked(stage)
    assert (row.tenant, row.key, row.asked, row.model, row.route, row.reason) == ("default", "", "", None, None, "")
    assert (row.cost_nano_usd, row.incumbent_cost_nano_usd, row.first_token_ms) == (None, None, None)


def test_an_unknown_price_is_an_unknown_cost(stage: Stage) -> None:
    draft = begun(stage)
    draft.usage = Usage(uncached_in=100)
    draft.book("ok")
    assert (booked(stage).cost_nano_usd, booked(stage).incumbent_cost_nano_usd) == (None, None)


def test_who_failed_first_is_part_of_the_reason_and_time_is_counted_once(stage: Stage) -> None:
    draft = begun(stage)
    draft.attempts.append(Attempt("own", "timeout", 504, 300.0))
    draft.model = RENTED
    stage.clock.ticks_s += 0.5
    draft.book("ok")
    row = booked(stage)
    assert row.reason == f"{PLAN.reason}; own failed first"
    assert row.attempts == (Attempt("own", "timeout", 504, 300.0), Attempt("rented", "ok", 200, 200.0))


def test_where_nobody_answered_nobody_failed_first(stage: Stage) -> None:
    draft = begun(stage)
    draft.model = RENTED
    draft.attempts += [Attempt("own", "timeout", 504, 300.0), Attempt("rented", "upstream", 502, 200.0)]
    draft.book("failed", fault=Fault("no", kind=FaultKind.UPSTREAM), http_status=502)
    assert booked(stage).reason == f"{PLAN.reason}; own, rented failed"
    told = dict(draft.headers(final=True))
    assert (told["x-understudy-model"], told["x-understudy-reason"]) == ("rented", f"{PLAN.reason}; own, rented failed")


def test_the_callers_words_are_in_no_row(stage: Stage) -> None:
    begun(stage).book("ok")
    assert "secret words" not in repr(booked(stage))


def test_headers_tell_the_model_only_once_it_is_certain(stage: Stage) -> None:
    draft = begun(stage)
    early = dict(draft.headers(final=False))
    assert early == {
        "x-understudy-request-id": "ex_1",
        "x-request-id": "ex_1",
        "request-id": "ex_1",
        "x-understudy-route": "r",
        "x-understudy-kind": "chat",
    }
    late = dict(draft.headers(final=True))
    assert late == early | {
        "x-understudy-model": "own",
        "x-understudy-owned": "true",
        "x-understudy-reason": PLAN.reason,
    }


def test_headers_of_a_request_without_a_plan(stage: Stage) -> None:
    names = [name for name, _ in Draft(stage.site, stage.call()).headers(final=True)]
    assert names == ["x-understudy-request-id", "x-request-id", "request-id"]


@pytest.mark.parametrize("name", ["a\r\nset-cookie: x", "ä\x00b\x7f", "\u2028", "a\tb"])
def test_no_name_can_add_a_header(stage: Stage, name: str) -> None:
    draft = begun(stage)
    draft.model = msgspec.structs.replace(OWN, name=name)
    draft.omissions = (Omission(name, "odd"),)
    for _, value in draft.headers(final=True):
        assert value.isascii()
        assert value.isprintable()


def test_many_omissions_are_cut_in_the_header_and_whole_in_the_books(stage: Stage) -> None:
    draft = begun(stage)
    draft.omissions = tuple(Omission(f"field{n}", "none") for n in range(500))
    value = dict(draft.headers(final=True))["x-understudy-omitted"]
    assert value.startswith("field0, field1, ")
    assert len(value) == MAX_OMITTED_HEADER_CHARS
    draft.book("ok")
    assert len(booked(stage).omissions) == 500


def test_the_extension_of_the_last_frame(stage: Stage) -> None:
    draft = begun(stage)
    draft.model = RENTED
    assert draft.extension(Usage(uncached_in=100, out=10)) == {
        "request_id": "ex_1",
        "model": "rented",
        "cost_usd": 0.00028,
    }
    draft.omissions = (Omission("seed", "none"),)
    assert draft.extension(Usage())["cost_usd"] is None
    assert draft.extension(Usage())["omitted"] == ["seed"]
    assert Draft(stage.site, stage.call()).extension(Usage()) == {"request_id": "ex_2"}


@pytest.mark.parametrize("kind", FaultKind)
def test_what_a_failed_exchange_is_called(kind: FaultKind) -> None:
    fault = Fault("x", kind=kind)
    assert status_of(fault, content=True) == "incomplete"
    expected = "refused" if TABLE[kind].blame is Blame.CALLER else "failed"
    assert status_of(fault, content=False) == expected


def test_a_models_answer_takes_from_its_first_place_on(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    draft = Draft(stage.site, stage.call())
    stage.clock.ticks_s += 1.0
    assert draft.asked_ms(OWN) == 1_000.0
    stage.clock.ticks_s += 2.0
    assert draft.asked_ms(OWN) == 1_000.0
    assert draft.asked_ms(RENTED) == 3_000.0
