"""The board, built: routes from the configuration, shares from the books."""

from typing import Any

import msgspec
import pytest

from understudy.jobs.board import base_board, with_books
from understudy.jobs.specs import ParitySpec, RouteSpec
from understudy.ports import SliceRow, StrataRow
from understudy.routing.board import Endpoint, Model, Ramp, Route

MODEL = Model(name="m", provider="p", upstream="m", dialect="d", endpoints=(Endpoint("http://x"),), maker="d")
SPEC = RouteSpec(
    name="r", incumbent="m", candidate="own", fallbacks=("m",), parity=ParitySpec(shadow=0.25, unit_idle="2m")
)
BASE = base_board({"m": MODEL}, [SPEC, RouteSpec(name="plain", incumbent="m")], {"p": MODEL})


def slice_row(kind: str, share: float, *, shadow: bool = True) -> SliceRow:
    return SliceRow(
        tenant="default",
        route="r",
        kind=kind,
        hypothesis=f"h-{kind}",
        share=share,
        shadow=shadow,
        watching=share == 1.0,
        state=b"{}",
        updated_at_s=0.0,
    )


def test_the_configuration_alone_moves_nothing() -> None:
    assert BASE.routes == {
        "r": Route(
            name="r",
            incumbent="m",
            candidate="own",
            fallbacks=("m",),
            shadow=0.25,
            unit_idle_s=120.0,
            label_s=259_200.0,
        ),
        "plain": Route(name="plain", incumbent="m", shadow=0.05, unit_idle_s=1800.0, label_s=259_200.0),
    }
    assert (BASE.models, BASE.providers, BASE.ramps, BASE.version) == ({"m": MODEL}, {"p": MODEL}, {}, 0)


@pytest.mark.parametrize(("share", "canary"), [(0.0, False), (0.01, True), (0.5, True), (1.0, False)])
def test_a_slice_is_in_canary_while_both_models_serve(share: float, canary: bool) -> None:
    board = with_books(BASE, [slice_row("chat", share)], {}, 3)
    assert board.ramps == {("default", "r", "chat"): Ramp(hypothesis="h-chat", share=share, rate=0.25, canary=canary)}
    assert (board.version, board.routes) == (3, BASE.routes)


def test_each_tenant_has_its_own_ramp() -> None:
    other = msgspec.structs.replace(slice_row("chat", 0.25), tenant="other", hypothesis="h-other")
    ramps = with_books(BASE, [slice_row("chat", 0.5), other], {}, 1).ramps
    assert (ramps["default", "r", "chat"].share, ramps["other", "r", "chat"].share) == (0.5, 0.25)
    assert ramps["other", "r", "chat"].hypothesis == "h-other"


def test_each_slice_has_its_own_ramp_and_old_ones_go() -> None:
    first = with_books(BASE, [slice_row("chat", 0.5), slice_row("code", 0.0, shadow=False)], {}, 1)
    assert set(first.ramps) == {("default", "r", "chat"), ("default", "r", "code")}
    assert first.ramps["default", "r", "code"].rate == 0.0
    assert set(with_books(first, [slice_row("chat", 0.5)], {}, 2).ramps) == {("default", "r", "chat")}
    assert BASE.ramps == {}


def test_a_slice_of_a_route_that_is_no_longer_declared_has_no_ramp() -> None:
    gone = msgspec.structs.replace(slice_row("chat", 0.5), route="gone")
    assert with_books(BASE, [gone], {}, 1).ramps == {}


def test_a_budget_may_only_lower_the_rate() -> None:
    for said, rate in ((0.1, 0.1), (0.0, 0.0), (0.9, 0.25)):
        row = msgspec.structs.replace(slice_row("chat", 0.0), rate=said)
        assert with_books(BASE, [row], {}, 1).ramps["default", "r", "chat"].rate == rate


def test_at_100_percent_a_hold_out_stays_with_the_incumbent() -> None:
    held = base_board({"m": MODEL}, [route(holdout=0.02)], {})
    ramp = with_books(held, [slice_row("chat", 1.0)], {}, 1).ramps["default", "r", "chat"]
    assert (ramp.share, ramp.canary, ramp.alone) == (0.98, True, False)
    assert with_books(held, [slice_row("chat", 0.5)], {}, 1).ramps["default", "r", "chat"].share == 0.5


def test_at_100_percent_with_nothing_compared_the_candidate_is_watched_alone() -> None:
    ramp = with_books(BASE, [slice_row("chat", 1.0, shadow=False)], {}, 1).ramps["default", "r", "chat"]
    assert (ramp.share, ramp.rate, ramp.canary, ramp.alone) == (1.0, 0.0, True, True)


def test_verdicts_that_come_late_have_their_time_and_kinds_are_pooled() -> None:
    board = base_board({"m": MODEL}, [route(pool={"small": ("hi", "bye")}, verdict_deadline="5m")], {}, {"r"})
    assert board.routes["r"].verdict_s == 300.0
    assert board.routes["r"].pool == {"hi": "small", "bye": "small"}


def route(**parity: Any) -> RouteSpec:
    return RouteSpec(name="r", incumbent="m", candidate="own", parity=ParitySpec(**parity))


def test_kinds_of_a_pool_are_compared_as_the_books_say_and_as_far_as_the_budget_goes() -> None:
    told = [StrataRow(tenant="t", route="r", at_s=1.0, kinds={"chat": 0.2, "code": 5.0}, new=2.0)]
    board, route = with_books(BASE, [], {}, 1, told), BASE.routes["r"]
    rates = [board.compared("t", route, kind) for kind in ("chat", "code", "never seen")]
    assert rates == pytest.approx([0.05, 1.0, 0.5])
    assert board.compared("another", route, "chat") == 0.25
    slower = with_books(BASE, [], {}, 1, told, {"r": 0.1})
    assert slower.compared("t", route, "chat") == pytest.approx(0.005)
