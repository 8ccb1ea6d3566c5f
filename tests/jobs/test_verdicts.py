"""Late verdicts on pairs: a judge is tried before it is heard, and what it says while it is not believed is nothing."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import LIFE_S, World
from tests.jobs.test_pool_verdicts import JUDGE, better, fooled, probe, said, sane, shown_in
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.court import COMPARES, TRIED, TRIED_WITHIN_S
from understudy.jobs.patience import AT_ONCE, Desk
from understudy.jobs.replaying import replay_all
from understudy.jobs.sanity import AGAIN_S, EVERY, FIRST
from understudy.jobs.specs import JudgeSpec, ParitySpec, RouteSpec
from understudy.jobs.status import SliceView, views
from understudy.jobs.verdicts import Verdicts
from understudy.ports import UNHEARD, Batch, VerdictRow

SPEC = ParitySpec(shadow=1.0, judge=JudgeSpec(model="third"), dwell=0, cycle=0)
ROUTE = RouteSpec(name="r", incumbent="rented", candidate="own", parity=SPEC)


class House(World):
    """The books of a route with a candidate, and the desk of its judge."""

    def __init__(self, folder: Path, spec: ParitySpec = SPEC) -> None:
        super().__init__(folder, route=msgspec.structs.replace(ROUTE, parity=spec), judge=JUDGE)
        self.asked: list[Errand] = []
        self.says: Callable[[str, str], str] = sane
        self.down = False
        # A verdict takes until the judge was tried so often; a probe takes no time.
        self.until = 0
        self.sit()
        self.show()

    def sit(self) -> None:
        """The desk, as after a restart."""
        self.verdicts = Verdicts(Desk(self.store, self.spool, self.clock, self._ask), {"r": self.panel()})

    def tried(self) -> int:
        """How often the judge was asked about what says nothing."""
        return sum(one.reason == TRIED for one in self.asked)

    async def _ask(self, model: str, asked: Request, errand: Errand) -> Reply:
        self.asked.append(errand)
        assert model == "third"
        while errand.reason == COMPARES and self.tried() < self.until:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if self.down:
            raise Fault("asleep", kind=FaultKind.UNAVAILABLE)
        return said(f"VERDICT: {self.says(*shown_in(asked))}")

    def heard(self) -> None:
        """Let the judge have its turns until nothing is due."""
        while asyncio.run(self.verdicts.turn()):
            self.work()
        self.work()

    def compared(self, count: int, own: str = "right", rented: str = "wrong") -> None:
        """So many pairs, each before the judge at once."""
        for _ in range(count):
            self.pair(self.standing()[0], own, rented)
            self.work()
            self.heard()

    def told(self) -> list[VerdictRow]:
        """What was said of pairs, of all attempts."""
        return [one for row in self.store.hypotheses() for one in self.store.verdicts(row.id)]

    def view(self) -> SliceView:
        (found,) = views(self.store, {"r": self.route.parity}, self.clock.now_s())
        return found


def test_RT_6_9_a_judge_is_heard_once_it_has_rejected_what_says_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.compared(FIRST - 1)
    assert (house.told(), len(house.asked)) == ([], 2 * (FIRST - 1))
    assert (house.view().pairs, house.view().block) == (0, "judge")
    assert house.view().judge == house.view().blocked
    house.compared(1)
    house.clock.at_s += TRIED_WITHIN_S
    house.heard()
    assert [one.score for one in house.told()] == [1.0] * FIRST
    assert house.view().pairs == FIRST
    assert house.view().judge == "judge third is believed: it rejected 10 of 10 answers that say nothing"
    # Probes belong to no hypothesis, and no verdict, label or pair came of them.
    tries = [one for one in house.asked if "tried" in one.reason]
    assert len(tries) == len(house.asked) - 2 * FIRST == 2 * FIRST
    assert {(one.hypothesis, one.unit, one.route) for one in tries} == {(None, None, "r")}
    assert {one.source for one in house.told()} == {"judge"}
    asked = len(house.asked)
    house.sit()
    house.compared(EVERY - FIRST)
    assert len(house.asked) - asked == 2 * (EVERY - FIRST)
    # Verdicts of the moment in which the last probe came in may count as before it or after it.
    house.compared(AT_ONCE + 1)
    assert len(house.store.probes("r", 99)) == FIRST + 1, "a restart goes on counting"
    assert all(one.agrees for one in replay_all(house.store))


@pytest.mark.parametrize("says", [fooled, lambda *_: "A=B", lambda *_: "A>>B", lambda *_: "no idea"])
def test_RT_6_9_a_judge_that_is_fooled_moves_nothing_either_way(
    tmp_path: Path, says: Callable[[str, str], str]
) -> None:
    house = House(tmp_path)
    house.says = says
    house.compared(FIRST + 30)
    view = house.view()
    assert (view.pairs, view.share, view.status, view.e, view.futility_e) == (0, 0.0, "shadowing", 1.0, 1.0)
    assert (view.block, view.blocked) == ("judge", view.judge)
    assert "it rejected 0 of 10 answers" in str(view.judge)
    assert len(house.told()) == FIRST + 30
    assert {(one.missing, one.score) for one in house.told()} == {(UNHEARD, None)}
    # It costs no more than its probes: one more every ten minutes.
    assert len(house.store.probes("r", 99)) == FIRST
    house.clock.at_s += AGAIN_S
    house.compared(3)
    assert len(house.store.probes("r", 99)) == FIRST + 1


def test_RT_6_9_what_a_candidate_loses_counts_only_while_an_answer_of_its_would_be_heard(tmp_path: Path) -> None:
    """Else a judge that is not believed would leave nothing of a candidate but its failures."""
    house = House(tmp_path)
    house.says = fooled
    house.compared(FIRST)
    for _ in range(40):
        house.pair(house.standing()[0], None, "right")
    house.work()
    house.heard()
    view = house.view()
    assert (view.pairs, view.status, view.futility_e) == (0, "shadowing", 1.0)
    assert {(one.missing, one.score) for one in house.told()} == {(UNHEARD, None)}
    assert len(house.told()) == FIRST + 40
    believed = House(tmp_path / "other")
    believed.compared(FIRST)
    believed.clock.at_s += TRIED_WITHIN_S
    believed.heard()
    asked = len(believed.asked)
    believed.pair(believed.standing()[0], None, "right")
    believed.work()
    believed.heard()
    assert len(believed.asked) == asked, "nobody is asked about an answer that is not there"
    assert [one.score for one in believed.told()] == [*[1.0] * FIRST, -1.0]
    assert (believed.view().pairs, believed.view().losses) == (FIRST + 1, 1)
    assert all(one.agrees for one in replay_all(believed.store))


def test_what_a_candidate_loses_while_its_judge_is_being_tried_waits_for_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.store.enter(Batch(probes=tuple(probe(number, -1.0) for number in range(FIRST - 1))))
    house.pair(house.standing()[0], None, "right")
    house.work()
    house.heard()
    assert house.told() == []
    house.compared(1)
    house.clock.at_s += TRIED_WITHIN_S
    house.heard()
    assert sorted(one.score or 0.0 for one in house.told()) == [-1.0, 1.0]


def test_a_pair_that_cannot_wait_for_its_judge_to_be_tried_says_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    for down in (False, True):
        house.down = down
        house.compared(1)
        assert len(house.told()) == down
        # Half of its time: it is short.
        house.clock.at_s += LIFE_S / 2
        house.heard()
        house.clock.at_s += LIFE_S
        house.heard()
        assert [one.missing for one in house.told()] == [UNHEARD] * (1 + down)
    assert (house.view().pairs, house.view().losses) == (0, 0)


def test_RT_6_9_what_a_judge_said_before_it_was_found_fooled_is_no_evidence(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.compared(FIRST)
    house.clock.at_s += TRIED_WITHIN_S
    house.heard()
    first = house.standing()[0]
    house.says = fooled
    house.compared(EVERY)
    assert house.standing() == (first, 0.05), "a judge alone opens so much"
    house.compared(EVERY + 2)
    (fall,) = house.store.falls("r")
    again, share = house.standing()
    assert (again != first, share) == (True, 0.0)
    view = house.view()
    assert (view.attempt, view.pairs, view.status, view.block) == (2, 0, "shadowing", "judge")
    link = [json.loads(row.body) for row in house.store.transitions()][-1]
    assert (link["move"], link["from"], link["to"]) == ("alarm", "5 %", "shadow")
    doubted = house.store.doubted_verdicts()[first]
    assert link["reason"].startswith(f"{doubted} of its verdicts were given by a judge that was found fooled since")
    assert 2 * EVERY - 5 <= doubted <= 2 * EVERY
    assert all(one.at_s <= fall.at_s for one in house.store.verdicts(first) if one.missing is None)
    # Nothing was deleted, each move can be made again, and once it is sane it is heard anew.
    assert all(one.agrees for one in replay_all(house.store))
    house.says = sane
    for _ in range(25):
        house.clock.at_s += AGAIN_S
        house.compared(1)
    assert house.standing()[0] == again
    assert house.view().pairs > 0
    assert len(house.store.hypotheses()) == 2


def test_RT_6_9_a_verdict_that_was_under_way_when_its_judge_fell_is_not_heard(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.store.enter(Batch(probes=tuple(probe(number, -1.0) for number in range(FIRST))))
    house.sit()
    house.says = fooled
    house.compared(2 * EVERY - 1)
    # Both orders of one probe.
    house.until = house.tried() + 2
    for _ in range(2):
        house.pair(house.standing()[0], "right", "wrong")
    house.work()
    house.heard()
    assert len(house.store.falls("r")) == 1
    assert [one.missing for one in house.told()[-3:]] == [None, UNHEARD, UNHEARD]


def test_RT_6_9_where_labels_correct_the_judge_they_go_on_alone(tmp_path: Path) -> None:
    house = House(tmp_path, msgspec.structs.replace(SPEC, labels=0.5))
    house.says = fooled
    house.compared(FIRST + 20)
    view = house.view()
    assert view.block == "evidence"
    assert "not believed" in str(view.judge)
    # Each counts as a tie, whose mean the labels move; without any none does.
    assert view.pairs > 0
    assert (view.wins, view.judge_weight) == (0, 0.0)


def test_RT_6_9_the_day_cap_holds_for_probes_and_verdicts_together(tmp_path: Path) -> None:
    house = House(tmp_path, msgspec.structs.replace(SPEC, judge=JudgeSpec(model="third", calls_per_day=5)))
    house.says = better("right")
    house.compared(9)
    assert len(house.asked) == 4
