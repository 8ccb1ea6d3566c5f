"""Evidence is gathered where there is room, told by load alone, and what a stop cuts off is nobody's failure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED, Stage
from tests.journeys.house import Upstream, upstream
from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT
from understudy.gateway.draft import Draft
from understudy.gateway.evidence import CUT, answered, conclude, lost, roomy
from understudy.ledger import slots as slots_of_models
from understudy.ledger.slots import WAITING_A_SLOT, WorkerSlots, places_of
from understudy.policy.keys import ANYONE
from understudy.ports import Compared, Exchange, Live, Paired, Record, Sampled
from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.routing.board import Endpoint
from understudy.routing.choose import Plan
from understudy.routing.decide import Decision, Option

HERE = msgspec.structs.replace(OWN, endpoints=(Endpoint("http://127.0.0.1:8"),))
BOTH = msgspec.structs.replace(BOARD, models={"own": HERE, "rented": RENTED})
REQUEST = Request(dialect=DIALECT.name, model="r", messages=(Message(role="user", parts=(Text("hello"),)),))
REPLY = Reply(dialect=DIALECT.name, id="1", model="m", parts=(Text("hi"),), stop=StopReason.STOP)
PLAN = Plan(chain=(RENTED,), reason="", route="r", kind="k", incumbent=RENTED, shadow_rate=0.5)
RAMP = msgspec.structs.replace(PLAN, shadow=HERE, hypothesis="h")
OPTIONS = (Option(model="own", owned=True), Option(model="rented", owned=False))
DECISION = Decision(chosen="rented", incumbent="rented", why="", options=OPTIONS, propensity=0.9, compared=0.5)
POOL = msgspec.structs.replace(PLAN, decision=DECISION, others=(HERE,))


class Crew:
    """A stage whose own model has no more than this many comparisons waiting, and a draft of what it served."""

    def __init__(self, folder: Path, waiting: int = 0) -> None:
        self.slots = WorkerSlots(places_of([HERE, RENTED]))
        self.slots.announce([HERE], waiting)
        self.stage = Stage(folder)
        self.site = replace(self.stage.site, slots=self.slots)
        self.draft = Draft(self.site, self.stage.call())
        self.draft.caller, self.draft.request = ANYONE, REQUEST
        self.draft.answered["rented"] = answered(RENTED, REPLY, 5.0)

    def announced(self, plan: Plan) -> Plan:
        """The plan, announced as the corridor does it."""
        self.draft.compared = (HERE,)
        self.slots.announce(self.draft.compared)
        self.draft.sampled = Sampled(
            exchange_id=self.draft.id,
            at_s=1.0,
            hypothesis="h",
            unit="u",
            served="incumbent",
            deadline_s=9.0,
            propensity=0.5,
        )
        return plan

    async def cut(self, plan: Plan, stop: Callable[[asyncio.Task[None]], None]) -> None:
        """Conclude while the own model has no slot, until it is stopped."""
        self.slots.begin(HERE, HERE.endpoints[0])
        async with asyncio.TaskGroup() as group:
            task = group.create_task(conclude(self.site, self.draft, plan, REQUEST))
            await asyncio.sleep(0.01)
            stop(task)

    def told(self) -> list[Record]:
        return self.stage.journal()


def run(work: Awaitable[None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(5):
            await work

    asyncio.run(within())


def test_without_room_nothing_is_compared_and_no_chance_of_it_is_told(tmp_path: Path) -> None:
    slots = Crew(tmp_path, waiting=WAITING_A_SLOT).slots
    ramp, pool = roomy(RAMP, slots, BOTH), roomy(POOL, slots, BOTH)
    assert (ramp.shadow, ramp.crowded) == (None, HERE)
    assert (pool.others, pool.shadow_rate, pool.crowded) == ((), 0.0, HERE)
    assert pool.decision is not None
    assert pool.decision.compared == 0.0


def test_the_chance_falls_for_those_too_that_were_not_drawn_and_whoever_serves(tmp_path: Path) -> None:
    slots = Crew(tmp_path, waiting=WAITING_A_SLOT).slots
    undrawn = roomy(msgspec.structs.replace(POOL, others=()), slots, BOTH)
    assert (undrawn.shadow_rate, undrawn.crowded) == (0.0, None)
    own = msgspec.structs.replace(RAMP, chain=(HERE, RENTED), shadow=RENTED, served="candidate")
    assert roomy(own, slots, BOTH).shadow is None
    chosen = msgspec.structs.replace(DECISION, chosen="own")
    assert roomy(msgspec.structs.replace(POOL, decision=chosen, others=(RENTED,)), slots, BOTH).others == ()


def test_with_room_a_plan_stays_as_it_is(tmp_path: Path) -> None:
    slots = Crew(tmp_path, waiting=WAITING_A_SLOT - 1).slots
    for plan in (RAMP, POOL, Plan(chain=(HERE,), reason="")):
        assert roomy(plan, slots, BOTH) is plan


def test_what_was_left_out_is_booked_beside_its_exchange(tmp_path: Path) -> None:
    crew = Crew(tmp_path, waiting=WAITING_A_SLOT)
    run(conclude(crew.site, crew.draft, roomy(RAMP, crew.slots, BOTH), REQUEST))
    (row,) = crew.told()
    assert isinstance(row, Exchange)
    assert (row.purpose, row.status, row.model, row.shadow_of) == ("shadow", "refused", "own", crew.draft.id)
    assert row.reason == "shadow: left out, since own had no slot for one comparison more"
    assert crew.stage.observed == [row]


@pytest.mark.parametrize("stop", ["told", "cut off"])
def test_a_pair_that_a_stop_cuts_off_is_void_and_gives_its_room_back(tmp_path: Path, stop: str) -> None:
    crew = Crew(tmp_path)
    stopping = (lambda _: crew.slots.stop()) if stop == "told" else (lambda task: task.cancel() and None)
    run(crew.cut(crew.announced(RAMP), stopping))
    (pair,) = crew.told()
    assert isinstance(pair, Paired)
    assert (pair.void, pair.candidate.missing, pair.incumbent.reply) == (CUT, "stopped", REPLY)
    assert crew.slots.crowded([HERE]) is None
    crew.slots.announce([HERE], WAITING_A_SLOT - 1)
    assert crew.slots.crowded([HERE]) is None


@pytest.mark.parametrize("stop", ["told", "cut off"])
def test_a_pools_comparison_that_a_stop_cuts_off_has_the_answers_that_came(tmp_path: Path, stop: str) -> None:
    crew = Crew(tmp_path)
    stopping = (lambda _: crew.slots.stop()) if stop == "told" else (lambda task: task.cancel() and None)
    run(crew.cut(crew.announced(POOL), stopping))
    (compared,) = crew.told()
    assert isinstance(compared, Compared)
    assert [answer.model for answer in compared.answers] == ["rented"]


@pytest.mark.parametrize("plan", [msgspec.structs.replace(RAMP, shadow=None, canary=True), POOL])
def test_a_served_answer_that_a_stop_breaks_off_says_nothing_of_its_model(tmp_path: Path, plan: Plan) -> None:
    crew = Crew(tmp_path)
    crew.draft.answered["rented"] = lost(RENTED, "cancelled")
    plan = msgspec.structs.replace(plan, others=())
    run(conclude(crew.site, crew.draft, plan, REQUEST))
    (row,) = crew.told()
    assert isinstance(row, Live | Compared)
    crew.slots.stop()
    run(conclude(crew.site, crew.draft, plan, REQUEST))
    assert crew.told() == [row]


@pytest.mark.parametrize(("patience_s", "known"), [(60.0, True), (0.0, False)])
def test_how_long_an_answer_took_without_a_slot_to_spare_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float, known: bool
) -> None:
    monkeypatch.setattr(slots_of_models, "PATIENCE_S", patience_s)
    crew = Crew(tmp_path)

    async def answer(scripted: Upstream) -> None:
        async with AiohttpTransport({}) as transport:
            there = msgspec.structs.replace(HERE, upstream="plain", endpoints=(Endpoint(scripted.url),), auth="none")
            slots = WorkerSlots(places_of([there]))
            slots.begin(there, there.endpoints[0])
            asyncio.get_running_loop().call_later(0.3, slots.end, there, there.endpoints[0])
            site = replace(crew.site, upstream=transport, slots=slots)
            await conclude(site, crew.draft, crew.announced(msgspec.structs.replace(RAMP, shadow=there)), REQUEST)

    with upstream() as scripted:
        run(answer(scripted))
    shadow, pair = crew.told()
    assert isinstance(pair, Paired)
    assert isinstance(shadow, Exchange)
    # The journal has what it took, and the wait is no part of that.
    assert (pair.candidate.latency_ms is not None) == known
    assert 0.0 < shadow.latency_ms < 300.0
