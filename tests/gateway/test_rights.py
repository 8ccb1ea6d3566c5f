"""Rights: what a key and its money leave of a plan; what is closed stays closed whatever fails."""

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED, Clock
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import Request
from understudy.gateway.rights import rights_of
from understudy.gateway.site import Standing
from understudy.ledger.health import WorkerHealth
from understudy.policy.budgets import DAY_S, Spent
from understudy.policy.keys import ANYONE, Caller, Keyring
from understudy.routing.board import Route
from understudy.routing.choose import Plan
from understudy.routing.decide import Decision

NOW_S = 5.0 * DAY_S
POOL = Route(name="auto", incumbent="rented", choose_from=("own", "rented"), budget_usd_per_day=1.0)
PLAIN = Route(name="plain", incumbent="rented", fallbacks=("own",))
STANDING = Standing(board=BOARD, keyring=Keyring(), spent=Spent(5, {"team": 3 * 10**9}, {"auto": 2 * 10**9}))
TEAM = Caller("team", "default", budget_usd_per_day=2.0)
OWNED = Caller("owned", "default", only_owned=True)
CHAIN = Plan(chain=(OWN, RENTED), reason="")
SAID = Request(model="auto", messages=(Message("user", (Text("four"),)),), dialect="anthropic")


def test_without_a_right_that_closes_anything_a_plan_stays_as_it_is() -> None:
    rights = rights_of(ANYONE, PLAIN, STANDING, NOW_S)
    rights.check(RENTED)
    assert rights.left(CHAIN) is CHAIN


def test_money_that_is_gone_closes_what_costs_on_every_way() -> None:
    for route in (None, PLAIN, POOL):
        rights = rights_of(TEAM, route, STANDING, NOW_S)
        rights.check(OWN)
        assert rights.left(CHAIN).chain == (OWN,)
        with pytest.raises(Fault, match="it renews at") as raised:
            rights.check(RENTED)
        assert raised.value.kind is FaultKind.BUDGET
        rights_of(TEAM, route, STANDING, NOW_S + DAY_S).check(RENTED)


def test_a_key_for_own_models_has_no_rented_one_behind_them_in_a_pool() -> None:
    rights = rights_of(OWNED, POOL, STANDING, NOW_S)
    assert rights.left(CHAIN).chain == (OWN,)
    with pytest.raises(Fault, match="'rented' may not answer: rented, and this key") as raised:
        rights.check(RENTED)
    assert raised.value.kind is FaultKind.PERMISSION
    rights_of(OWNED, PLAIN, STANDING, NOW_S).check(RENTED)


def test_a_pool_hears_what_is_asked_who_rests_and_whether_it_must_save() -> None:
    health = WorkerHealth(Clock())
    rented = msgspec.structs.replace(RENTED)
    health.end(rented, rented.endpoints[0], Fault("full", kind=FaultKind.OVERLOADED, retry_after_s=9.0))
    rights = rights_of(ANYONE, POOL, STANDING, NOW_S, request=SAID, health=health)
    assert rights.needs.characters == 4
    assert list(rights.moment.resting) == ["rented"]
    assert rights.moment.route_spent.startswith("the budget of this route of $1.00 a day is spent")
    fixed = rights_of(ANYONE, PLAIN, STANDING, NOW_S, request=SAID, health=health)
    assert (fixed.needs.characters, fixed.moment.resting) == (0, {})


def test_a_decision_tells_no_stand_in_that_a_right_leaves_out() -> None:
    decision = Decision(chosen="own", incumbent="rented", why="", options=(), stand_ins=("rented",))
    plan = rights_of(OWNED, POOL, STANDING, NOW_S).left(msgspec.structs.replace(CHAIN, decision=decision))
    assert plan.decision is not None
    assert plan.decision.stand_ins == ()


def test_tags_of_key_and_route_are_asked_of_every_model_even_by_name_and_of_shadows() -> None:
    near = msgspec.structs.replace(OWN, tags=("eu", "gpu"))
    caller = Caller("team", "default", only_tags=("eu",))
    tagged = msgspec.structs.replace(PLAIN, only_tags=("gpu", "eu"))
    for route, tags in ((None, ("eu",)), (POOL, ("eu",)), (tagged, ("eu", "gpu"))):
        rights = rights_of(caller, route, STANDING, NOW_S)
        assert rights.needs.only_tags == tags
        rights.check(near)
        with pytest.raises(Fault, match="'rented' may not answer: it lacks the tag 'eu'"):
            rights.check(RENTED)
        plan = rights.left(msgspec.structs.replace(CHAIN, chain=(near, RENTED), shadow=RENTED))
        assert (plan.chain, plan.shadow) == ((near,), None)
        assert rights.left(msgspec.structs.replace(CHAIN, chain=(near,), shadow=near)).shadow is near


def test_nothing_is_compared_of_what_the_judge_may_not_read() -> None:
    judge = msgspec.structs.replace(RENTED, name="third", tags=("us",))
    board = msgspec.structs.replace(BOARD, models={**BOARD.models, "third": judge})
    standing = msgspec.structs.replace(STANDING, board=board)
    near = msgspec.structs.replace(OWN, tags=("eu", "us"))
    decision = Decision(chosen="own", incumbent="rented", why="", options=(), compared=0.5)
    plan = Plan(chain=(near,), reason="", shadow=near, others=(near,), shadow_rate=0.5, decision=decision)
    for route in (PLAIN, POOL):
        judged = msgspec.structs.replace(route, judge="third")
        for caller in (ANYONE, Caller("team", "default", only_tags=("us",))):
            assert rights_of(caller, judged, standing, NOW_S).left(plan) is plan
        far = Caller("team", "default", only_tags=("eu",))
        alone = rights_of(far, judged, standing, NOW_S).left(plan)
        assert (alone.shadow, alone.others, alone.shadow_rate) == (None, (), 0.0)
        assert (alone.chain, alone.decision) == ((near,), msgspec.structs.replace(decision, compared=0.0))
        assert rights_of(far, route, standing, NOW_S).left(plan) is plan
