"""The court: which case serves for a probe, what a probe costs, and what ends a judge's belief."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import SECRET, Clock, request
from tests.jobs.test_pool_verdicts import JUDGE, fooled, said, sane, shown_in
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Text, text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.court import COMPARES, TRIED, Case, Court, Unreachable
from understudy.jobs.patience import Desk, Patience
from understudy.jobs.sanity import EVERY, FIRST, PLANTED, WINDOW, Sanity
from understudy.outcomes.judge import PairwiseJudge
from understudy.ports import Batch, Exchange, Judgement, ProbeRow, Record
from understudy.storage.open import open_store


class Journal:
    """A journal that books at once."""

    full = False

    def __init__(self, folder: Path) -> None:
        self.store = open_store(f"sqlite:///{folder}/books.db", secret=SECRET)

    def append(self, *records: Record) -> None:
        """Book probes; nothing else is told here."""
        assert all(isinstance(record, ProbeRow) for record in records)
        self.store.enter(Batch(probes=tuple(record for record in records if isinstance(record, ProbeRow))))


class Seen(PairwiseJudge):
    """The judge, and what it was shown beside the incumbent's answer."""

    def __init__(self) -> None:
        super().__init__(model="third", build="t1")
        self.shown: list[str] = []

    async def judge(self, ask: object, request: Request, candidate: Reply, incumbent: Reply) -> Judgement:
        self.shown.append(text_of(candidate.parts))
        return await super().judge(ask, request, candidate, incumbent)  # type: ignore[arg-type]


class Room:
    """A court, its judge, and cases that come one after the other."""

    def __init__(self, folder: Path) -> None:
        self.journal, self.clock, self.judge = Journal(folder), Clock(), Seen()
        self.store = self.journal.store
        self.asked: list[Errand] = []
        self.says: Callable[[str, str], str] = sane
        self.down = False
        self.most: int | None = None
        self.number = 0
        self.open()

    def open(self) -> None:
        """The court, as after a restart."""
        self.patience = Patience(self.clock)
        self.court = Court(Desk(self.store, self.journal, self.clock, self._ask), self.patience)
        asyncio.run(self.court.seat(["r"]))

    async def _ask(self, model: str, asked: Request, errand: Errand) -> Reply:
        self.asked.append(errand)
        if self.down:
            raise Fault("asleep", kind=FaultKind.UNAVAILABLE)
        return said(f"VERDICT: {self.says(*shown_in(asked))}")

    def case(self, id_: str = "") -> Case:
        """A case that nobody had before, unless it is named."""
        self.number += 1
        self.clock.at_s += 1.0
        errand = Errand(
            purpose="judge", of=id_ or f"ex{self.number}", reason=COMPARES, tenant="t", route="r", kind="chat",
            hypothesis="h", unit="u",
        )  # fmt: skip
        return Case(self.judge, self.most, request(), said("an answer"), errand)

    def tried(self, count: int = 1) -> Sanity:
        """How sane the judge is after so many cases."""
        for _ in range(count):
            found = asyncio.run(self.court.tried(self.case()))
        return found


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_RT_6_9_the_planted_texts_stand_by_turns_for_good(room: Room) -> None:
    room.tried(FIRST + (WINDOW + 4) * EVERY)
    assert len(room.judge.shown) == FIRST + WINDOW + 4
    assert room.judge.shown == [PLANTED[number % len(PLANTED)] for number in range(FIRST + WINDOW + 4)]


def test_after_a_restart_the_planted_texts_go_on_where_they_were(room: Room) -> None:
    """Else one that is restarted often would be asked about one text alone, and no round would be whole."""
    room.tried(FIRST + WINDOW * EVERY)
    for _ in range(len(PLANTED)):
        room.open()
        room.tried(EVERY + 1)
    count = FIRST + WINDOW + len(PLANTED)
    assert room.judge.shown == [PLANTED[number % len(PLANTED)] for number in range(count)]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_case_that_waits_long_serves_for_one_probe_all_the_same(room: Room, restarted: bool) -> None:
    """The books keep one: what a second one ended would be believed by them."""
    asyncio.run(room.court.tried(room.case("waits")))
    room.tried(FIRST - 1 + WINDOW * EVERY)
    if restarted:
        room.open()
    # None of these is due yet, and the next one is.
    room.tried(EVERY if restarted else EVERY - 1)
    made = len(room.judge.shown)
    asyncio.run(room.court.tried(room.case("waits")))
    assert len(room.judge.shown) == made
    room.tried()
    assert len(room.judge.shown) == made + 1
    assert len(room.store.probes("r", 99)) == len(room.judge.shown)


def test_a_probe_is_a_call_of_its_route_and_of_no_hypothesis(room: Room) -> None:
    room.tried()
    assert [(one.purpose, one.route, one.reason) for one in room.asked] == [("judge", "r", TRIED)] * 2
    assert {(one.hypothesis, one.unit) for one in room.asked} == {(None, None)}
    assert asyncio.run(room.court.compared(room.case(), said("right"))).score == 1.0
    assert (room.asked[-1].reason, room.asked[-1].hypothesis) == (COMPARES, "h")


def test_a_case_serves_for_one_probe_and_an_answer_that_says_nothing_for_none(room: Room) -> None:
    for _ in range(3):
        asyncio.run(room.court.tried(room.case("ex")))
    empty = msgspec.structs.replace(said(""), parts=(Text(" "),))
    case = room.case()
    asyncio.run(room.court.tried(Case(case.judge, None, case.request, empty, case.errand)))
    assert len(room.store.probes("r", 9)) == 1


def test_probes_are_within_the_days_cap(room: Room) -> None:
    room.most = 5
    room.tried(2)
    with pytest.raises(Unreachable, match="enough for today"):
        room.tried()
    assert len(room.asked) == 4
    spent = [Exchange(id=f"e{n}", at_s=room.clock.at_s, purpose="judge", route="r", kind="chat") for n in range(4)]
    room.store.enter(Batch(exchanges=tuple(spent)))
    room.open()
    with pytest.raises(Unreachable, match="enough for today"):
        room.tried()


def test_a_probe_that_could_not_be_made_is_still_due(room: Room) -> None:
    assert room.tried(FIRST).believed
    room.tried(EVERY - 1)
    room.down = True
    with pytest.raises(Unreachable, match="asleep"):
        room.tried()
    room.down = False
    room.tried()
    assert len(room.store.probes("r", 99)) == FIRST + 1


def test_RT_6_9_by_the_probe_that_ends_belief_the_books_learn_since_when(room: Room) -> None:
    room.tried(FIRST)
    passed = room.store.probes("r", 1)[0]
    room.says = fooled
    room.tried(EVERY)
    (failed,) = room.store.probes("r", 1)
    assert (failed.score, failed.doubted_s) == (1.0, None)
    found = room.tried(EVERY)
    assert (found.believed, found.words.split(":")[1].split(",")[0]) == (
        False,
        " it rejected 10 of 12 answers that say nothing",
    )
    (fall,) = room.store.falls("r")
    assert fall == room.store.probes("r", 1)[0]
    assert fall.doubted_s == passed.at_s
    room.open()
    assert not room.tried().believed
    assert len(room.store.falls("r")) == 1, "it falls once, however often it is tried"
    assert (JUDGE.name, JUDGE.version) == (fall.by, fall.version)
