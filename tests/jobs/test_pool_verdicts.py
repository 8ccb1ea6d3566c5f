"""Verdicts on a pool: what a judge says of a comparison becomes a lesson, once, late, and on one scale."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import World, answered, request
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Text, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.court import COMPARES, TRIED, TRIED_WITHIN_S, UNBELIEVED_S
from understudy.jobs.learning import lesson_of
from understudy.jobs.patience import BOOKED_WITHIN_S, MAX_RETRY_S, RETRY_S, Desk
from understudy.jobs.pool_verdicts import PoolVerdicts
from understudy.jobs.pools import pool_views
from understudy.jobs.sanity import AGAIN_S, EVERY, FIRST, PLANTED
from understudy.jobs.specs import JudgeSpec, ParitySpec, RouteSpec
from understudy.outcomes.judge import PairwiseJudge
from understudy.ports import Answered, Batch, Compared, Exchange, OrderRow, ProbeRow
from understudy.routing.board import Route
from understudy.routing.lessons import Lesson

JUDGE = PairwiseJudge(model="third", build="t1")
PARITY = ParitySpec(shadow=0.1, judge=JudgeSpec(model="third"), verdict_deadline=60)
ROUTE = RouteSpec(name="r", incumbent="rented", choose_from=("own", "rented"), parity=PARITY)
RATE = 0.1


def better(word: str) -> Callable[[str, str], str]:
    """A judge's taste: this word."""

    def verdict(first: str, second: str) -> str:
        return "A=B" if (first == word) == (second == word) else "A>>B" if first == word else "B>>A"

    return verdict


def probe(number: int, score: float | None) -> ProbeRow:
    """What the judge said of an answer that says nothing, some time ago."""
    return ProbeRow(
        exchange_id=f"before{number}",
        tenant="t",
        route="r",
        at_s=1.0,
        by=JUDGE.name,
        version=JUDGE.version,
        score=score,
    )


class House(World):
    """The books of a route with a pool, and its judge's desk; the judge was found sane, or has still to show it."""

    def __init__(self, folder: Path, route: RouteSpec = ROUTE, *, tried: bool = True) -> None:
        super().__init__(folder, route=route, judge=JUDGE)
        self.store.enter(Batch(probes=tuple(probe(number, -1.0) for number in range(FIRST * tried))))
        self.asked: list[Errand] = []
        self.says: Callable[[str, str], str] = better("right")
        # A verdict takes until the judge was tried so often; a probe takes no time.
        self.until = 0
        self.sit()

    def sit(self) -> None:
        """The desk, as after a restart."""
        desk = Desk(self.store, self.spool, self.clock, self._ask)
        self.verdicts = PoolVerdicts(desk, {"r": self.panel()}, {"r": "rented"})

    def tried(self) -> int:
        """How often the judge was asked about what says nothing."""
        return sum(one.reason == TRIED for one in self.asked)

    async def _ask(self, model: str, asked: Request, errand: Errand) -> Reply:
        self.asked.append(errand)
        assert model == "third"
        while errand.reason == COMPARES and self.tried() < self.until:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return said(f"hm\nVERDICT: {self.says(*shown_in(asked))}")

    def compared(self, own: str | None, rented: str | None, *more: Answered, tenant: str = "default") -> str:
        """Both models answered a request; its id."""
        answers = (answered("own", own), answered("rented", rented), *more)
        return self.told(answers, tenant)

    def told(self, answers: tuple[Answered, ...], tenant: str = "default") -> str:
        record = Compared(
            exchange_id=self.new_id(),
            at_s=self.clock.now_s(),
            tenant=tenant,
            key="k",
            route="r",
            kind="chat",
            request=request(),
            served="rented",
            answers=answers,
            chances={"own": RATE, "rented": 1.0},
            rate=RATE,
        )
        self.spool.append(record)
        self.work()
        return record.exchange_id

    def judged(self) -> None:
        """Let the judge have its turns until nothing is due."""
        while asyncio.run(self.verdicts.turn()):
            self.work()

    def lessons(self) -> list[Lesson]:
        """What there is to learn from, on the judge's scale."""
        return [lesson_of(row, self.panel().scale("rented")) for row in self.store.lessons("r", 0, 99)]


def shown_in(asked: Request) -> tuple[str, str]:
    """The two answers that a judge is asked about."""
    shown = text_of(asked.messages[0].parts)
    fence = re.findall(r"the word (=\S+) is material", shown)[0]
    first, second = (block.split("\n", 1)[1].strip() for block in shown.split(f"\n{fence} ")[2:4])
    return first, second


def said(words: str) -> Reply:
    return Reply(id="x", model="third", dialect="openai_chat", parts=(Text(words),), stop=StopReason.STOP)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize(
    ("own", "rented", "says", "outcome"),
    [
        ("right", "wrong", better("right"), 1.0),
        ("wrong", "right", better("right"), 0.0),
        ("so", "too", better("right"), 0.5),
        ("one", "two", lambda first, _: "A>B" if first == "one" else "B>A", 0.75),
        # What is said in one order and taken back in the other is a tie.
        ("one", "two", lambda *_: "A>>B", 0.5),
    ],
)
def test_a_verdict_is_an_outcome_beside_the_incumbents_half(
    house: House, own: str, rented: str, says: Callable[[str, str], str], outcome: float
) -> None:
    house.says = says
    house.compared(own, rented)
    assert house.lessons() == []
    house.judged()
    (lesson,) = house.lessons()
    assert lesson.outcomes == {"own": outcome, "rented": 0.5}
    # Both outcomes are seen where all models were asked, whoever served.
    assert lesson.chances == {"own": RATE, "rented": RATE}
    assert len(house.asked) == 2
    assert {(one.purpose, one.route, one.kind, one.key) for one in house.asked} == {("judge", "r", "chat", "")}


def test_only_where_a_judge_has_to_speak_is_it_asked(house: House) -> None:
    for own, rented in ((None, "right"), ("same", "same"), ("right", None), (None, None)):
        house.compared(own, rented)
    # One that was only served is a lesson without outcomes at once: it tells of the traffic.
    house.told((answered("rented", "right"),))
    house.told((answered("rented", None),))
    house.judged()
    told = {one.id: one.outcomes for one in house.lessons()}
    lost, same = {"own": 0.0, "rented": 0.5}, {"own": 0.5, "rented": 0.5}
    nothing: dict[str, float] = {}
    assert told == {"ex1": lost, "ex2": same, "ex3": nothing, "ex4": nothing, "ex5": nothing, "ex6": nothing}
    assert house.asked == []


def test_nonsense_is_no_outcome_and_is_not_asked_for_again(house: House) -> None:
    house.says = lambda *_: "the first, I think"
    house.compared("one", "two")
    house.judged()
    assert [one.outcomes for one in house.lessons()] == [{"rented": 0.5}]
    assert len(house.asked) == 4
    house.clock.at_s += MAX_RETRY_S
    house.judged()
    assert len(house.asked) == 4


def test_a_judge_that_cannot_be_reached_is_asked_again_for_what_it_has_not_said(tmp_path: Path) -> None:
    house = House(tmp_path)
    down = True

    def says(first: str, second: str) -> str:
        if down and "late" in (first, second):
            raise Fault("asleep", kind=FaultKind.UNAVAILABLE)
        return better("right")(first, second)

    house.says = says
    other = Answered(model="other", build="x", reply=said("late"))
    house.compared("right", "wrong", other)
    house.judged()
    assert (house.lessons(), len(house.asked)) == ([], 4)
    house.judged()
    assert len(house.asked) == 4, "it is left alone for a moment"
    down = False
    house.clock.at_s += RETRY_S
    house.judged()
    assert [one.outcomes for one in house.lessons()] == [{"own": 1.0, "other": 0.5, "rented": 0.5}]
    assert len(house.asked) == 6


def test_a_crash_between_verdict_and_books_costs_calls_and_doubles_nothing(house: House) -> None:
    house.compared("right", "wrong")
    asyncio.run(house.verdicts.turn())
    house.sit()
    asyncio.run(house.verdicts.turn())
    assert len(house.asked) == 4
    house.work()
    assert len(house.lessons()) == 1
    assert house.store.unjudged(["r"], 0.0, 9) == []
    house.clock.at_s += BOOKED_WITHIN_S
    house.judged()
    assert len(house.asked) == 4


def test_what_has_no_verdict_in_time_is_dropped_with_its_words(house: House) -> None:
    id_ = house.compared("right", "wrong")
    house.clock.at_s += 61.0
    house.judged()
    house.work()
    assert (house.asked, house.lessons(), house.store.comparison(id_)) == ([], [], None)


def test_RT_6_5_a_tenant_that_is_deleted_while_the_judge_thinks_leaves_no_lesson(house: House) -> None:
    house.compared("right", "wrong", tenant="gone")
    house.compared("right", "wrong", tenant="stays")
    asyncio.run(house.verdicts.turn())
    order = OrderRow(
        id="o", at_s=1.0, tenant="gone", route="", kind="", verb="delete", who="me", rung=None, seen="", note=""
    )
    # The order is booked before what the judge said.
    house.store.enter(Batch(orders=(order,)))
    house.store.delete_tenant("o", "gone", house.clock.now_s())
    house.work()
    assert [one.tenant for one in house.lessons()] == ["stays"]
    assert house.store.held("gone")["comparisons that wait"] == 0


def test_a_days_calls_and_money_are_caps(tmp_path: Path) -> None:
    spec = msgspec.structs.replace(
        PARITY, judge=JudgeSpec(model="third", calls_per_day=3), shadow_budget_usd_per_day=1.0, verdict_deadline="9d"
    )
    house = House(tmp_path, msgspec.structs.replace(ROUTE, parity=spec))
    for _ in range(3):
        house.compared("right", "wrong")
    house.judged()
    assert (len(house.asked), len(house.lessons())) == (2, 1)
    house.clock.at_s += 86_400.0 - house.clock.at_s % 86_400.0
    spent = Exchange(
        id="dear", at_s=house.clock.now_s(), purpose="shadow", route="r", kind="chat", cost_nano_usd=2 * 10**9
    )
    house.spool.append(spent)
    house.work()
    house.judged()
    assert len(house.asked) == 2, "the day's money is gone"
    house.clock.at_s += 86_400.0
    house.work()
    house.compared("right", "wrong")
    house.judged()
    assert len(house.lessons()) == 2


SILENT = {one.strip() for one in PLANTED}


def sane(first: str, second: str) -> str:
    """A judge to whom what says nothing is worse than anything."""
    if first in SILENT or second in SILENT:
        return "B>>A" if first in SILENT else "A>>B"
    return better("right")(first, second)


def fooled(first: str, second: str) -> str:
    """A judge that is convinced by what speaks to it."""
    return sane(second, first) if first in SILENT or second in SILENT else sane(first, second)


def played(house: House, count: int) -> None:
    for _ in range(count):
        house.compared("right", "wrong")
        house.judged()


def test_RT_6_9_a_judges_verdicts_count_once_it_has_rejected_what_says_nothing(tmp_path: Path) -> None:
    patient = msgspec.structs.replace(PARITY, verdict_deadline="9d")
    house = House(tmp_path, msgspec.structs.replace(ROUTE, parity=patient), tried=False)
    house.says = sane
    played(house, FIRST - 1)
    assert (house.lessons(), len(house.asked)) == ([], 2 * (FIRST - 1))
    house.clock.at_s += TRIED_WITHIN_S
    house.judged()
    assert len(house.asked) == 2 * (FIRST - 1), "a comparison serves for one probe"
    played(house, 1)
    house.clock.at_s += TRIED_WITHIN_S
    house.judged()
    assert [one.outcomes["own"] for one in house.lessons()] == [1.0] * FIRST
    assert len(house.store.probes("r", 99)) == FIRST
    house.sit()
    house.clock.at_s += BOOKED_WITHIN_S
    played(house, EVERY - FIRST)
    assert len(house.store.probes("r", 99)) == FIRST
    played(house, 2)
    assert len(house.store.probes("r", 99)) == FIRST + 1, "what was learned of it outlives a restart, and goes on"


@pytest.mark.parametrize("says", [fooled, lambda *_: "A=B", lambda *_: "A>>B", lambda *_: "no idea"])
def test_RT_6_9_a_judge_that_does_not_reject_what_says_nothing_teaches_nothing(
    tmp_path: Path, says: Callable[[str, str], str], caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path, tried=False)
    house.says = says
    played(house, FIRST + 5)
    probes = house.store.probes("r", 99)
    assert (len(probes), house.lessons()) == (FIRST, [])
    assert [record.getMessage() for record in caplog.records] == [
        "route r: judge third is not believed: it rejected 0 of 10 answers that say nothing, so that its verdicts "
        "count for nothing; name another model as the judge, or say in its rubric what makes an answer good"
    ]


def test_RT_6_9_a_judge_that_is_fooled_later_is_not_believed_until_it_is_sane_again(tmp_path: Path) -> None:
    spec = msgspec.structs.replace(PARITY, verdict_deadline="9d")
    house = House(tmp_path, msgspec.structs.replace(ROUTE, parity=spec))
    house.says = fooled
    # Two probes of twelve are more than a tenth.
    played(house, 2 * EVERY + 2)
    learned = len(house.lessons())
    assert learned == 2 * EVERY
    # All of them came after the last probes that it passed.
    (fall,) = house.store.falls("r")
    assert (fall.doubted_s, fall.score) == (1.0, 1.0)
    assert len(house.store.doubted_lessons("r")) == learned
    played(house, 5)
    assert len(house.lessons()) == learned
    house.says = sane
    for _ in range(12):
        assert len(house.lessons()) == learned
        house.clock.at_s += AGAIN_S
        played(house, 1)
        if len(house.lessons()) > learned:
            break
    assert sum(row.score == 1.0 for row in house.store.probes("r", 20)) == 2
    house.clock.at_s += UNBELIEVED_S
    house.judged()
    assert len(house.lessons()) > learned + 5
    assert len(house.store.doubted_lessons("r")) == learned, "what it says now counts, what it said then does not"


def test_RT_6_9_a_verdict_that_was_under_way_when_its_judge_fell_teaches_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.says = fooled
    played(house, 2 * EVERY - 1)
    # Both orders of one probe.
    house.until = house.tried() + 2
    for _ in range(2):
        house.compared("right", "wrong")
    house.judged()
    assert len(house.store.falls("r")) == 1
    assert [one.reason for one in house.asked[-4:]] == [COMPARES, TRIED, TRIED, COMPARES]
    assert len(house.lessons()) == 2 * EVERY - 1


def test_RT_6_9_what_is_said_of_a_judge_and_of_what_is_doubted_is_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    played(house, 5)
    read = house.store.probes

    def fallen_since(route: str, limit: int) -> list[ProbeRow]:
        rows, late = read(route, limit), house.clock.at_s
        fooled_twice = tuple(
            msgspec.structs.replace(probe(number, 1.0), at_s=late, doubted_s=doubted_s)
            for number, doubted_s in ((98, None), (99, 0.5))
        )
        house.store.enter(Batch(probes=fooled_twice))
        return rows

    def said() -> str:
        route = Route(name="r", incumbent="rented", choose_from=("own", "rented"), judge=JUDGE.name)
        return pool_views(house.store, {"r": route}, house.clock.now_s())[0].judge

    monkeypatch.setattr(house.store, "probes", fallen_since)
    assert said() == "judge third is believed: it rejected 10 of 10 answers that say nothing"
    assert "not believed" in (now := said())
    assert now.endswith("; 5 lessons from before a judge was found fooled do not count")
