"""The report on pools: it tells what the books hold, is sound HTML, and fetches and runs nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import BOARD
from tests.jobs.test_learning import AUTO_ROUTE, Books, drained
from tests.jobs.test_pool_verdicts import probe
from understudy.canon.money import NANO
from understudy.jobs.planning import DAY_S
from understudy.jobs.report.gather import gather
from understudy.jobs.report.page import page
from understudy.jobs.report.pool_gather import PoolReport, PoolsReport, gather_pools, shares
from understudy.jobs.report.pool_page import NOTHING, pools_page
from understudy.ports import Batch, ComparisonRow, Exchange, ProbeRow
from understudy.routing.beliefs import Point
from understudy.routing.board import Board, Route

# What has no end in HTML, and what is drawn and closes itself in SVG.
VOID, DRAWN = {"meta", "br"}, {"circle", "path", "polyline"}


def board(route: Route = AUTO_ROUTE) -> Board:
    return msgspec.structs.replace(BOARD, routes={"auto": route})


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """A pool that has learned: the own model is better at sums and worse at letters."""
    made = Books(tmp_path)
    learner = made.learner()
    for _ in range(10):
        made.lessons(20, own=0.95, kind="sums")
        made.lessons(20, own=0.2, kind="letters")
    drained(learner)
    answers = [("rented", "letters"), ("rented", "sums"), ("own", "sums"), ("own", "sums")]
    rows = (answered(made, n, model, kind) for n, (model, kind) in enumerate(answers * 5))
    made.store.enter(Batch(exchanges=tuple(rows)))
    return made


def answered(books: Books, number: int, model: str, kind: str, ago_s: float = 0.0) -> Exchange:
    cost = 0 if model == "own" else NANO
    return Exchange(
        id=f"a{number}-{ago_s}", at_s=books.clock.at_s - ago_s, tenant="default", route="auto", kind=kind, model=model,
        owned=model == "own", cost_nano_usd=cost, incumbent_cost_nano_usd=NANO,
    )  # fmt: skip


def told(books: Books, route: Route = AUTO_ROUTE, **more: str) -> PoolsReport:
    return gather_pools(books.store, board(route), books.clock.now_s(), **more)


def only(report: PoolsReport) -> PoolReport:
    (one,) = report.pools
    return one


def test_it_says_who_serves_each_kind_and_why_the_others_do_not(books: Books) -> None:
    one = only(told(books))
    assert {kind: choice.chosen for kind, choice in one.choices.items()} == {"sums": "own", "letters": "rented"}
    said = pools_page(told(books))
    sums, letters = (said.split(f"<b>{kind}</b>")[1].split("</tbody>")[0] for kind in ("sums", "letters"))
    assert "own answers: worth +" in sums
    assert re.search(r"<tr class=serves><th scope=row>own ", sums)
    assert re.search(r"<tr><th scope=row>rented <span class=dim>rented; worth 0\.\d+ less</span>", sums)
    assert "rented answers: the incumbent is worth most here" in letters
    record = one.view.records["sums"]["own"]
    assert f"{record.mean:.3f} ({record.low:.3f} to {record.high:.3f})" in sums


def test_the_answers_of_the_last_day_are_counted_and_older_ones_only_drawn(books: Books) -> None:
    old = tuple(answered(books, n, "rented", "sums", 2 * DAY_S) for n in range(20))
    books.store.enter(Batch(exchanges=old))
    one = only(told(books))
    assert one.lately == {"letters": {"rented": 5}, "sums": {"rented": 5, "own": 10}}
    assert sum(row.exchanges for row in one.spending) == 40
    first, last = shares(one.spending, ("own", "rented"), 3600)
    assert (first[1], last[1]) == ({"own": 0.0, "rented": 1.0}, {"own": 0.5, "rented": 0.5})
    assert last[0] - first[0] == pytest.approx(2 * DAY_S, abs=3600)


def test_money_is_held_against_always_the_incumbent(books: Books) -> None:
    said = pools_page(told(books))
    assert "<b>$10.00</b><span class=dim>saved so far" in said
    assert "always rented" in said
    dear = tuple(
        msgspec.structs.replace(answered(books, n, "own", "sums"), id=f"d{n}", cost_nano_usd=3 * NANO)
        for n in range(10)
    )
    books.store.enter(Batch(exchanges=dear))
    assert "<b>$10.00</b><span class=dim>spent more than the incumbent alone would have" in pools_page(told(books))


def test_a_judge_is_told_of_with_its_falls_and_with_what_waits(books: Books) -> None:
    route = msgspec.structs.replace(AUTO_ROUTE, judge="third")
    fall = {"exchange_id": "p", "tenant": "default", "route": "auto", "at_s": 5.0, "by": "third", "version": "1"}
    waits = ComparisonRow(exchange_id="c", tenant="default", route="auto", at_s=1.0, expires_at_s=1e12, body=b"answers")
    tried = msgspec.structs.replace(probe(0, -1.0), tenant="default", route="auto")
    fell = msgspec.convert(fall | {"score": 1.0, "doubted_s": 2.0}, ProbeRow)
    books.store.enter(Batch(probes=(tried, fell), comparisons=(waits,)))
    one = only(told(books, route))
    assert (one.waiting, one.falls) == (1, (fell,))
    said = pools_page(told(books, route))
    assert "<b>1</b><span class=dim>comparisons wait for the judge" in said
    assert "judge third is being tried" in said
    assert "what it said since 1970-01-01 00:00" in said
    assert "The judge" not in pools_page(told(books))


def test_a_belief_that_does_not_win_serves_nothing_and_is_shown(tmp_path: Path) -> None:
    books = Books(tmp_path)
    learner = books.learner()
    books.lessons(300, own=0.3)
    drained(learner)
    one = only(told(books))
    assert (one.choices, one.view.serves) == ({}, False)
    said = pools_page(told(books))
    assert "rented answers everything, since" in said
    assert "rented answers: nothing that was learned of this kind serves" in said
    assert "own; not chosen" in said


def test_what_was_taken_back_and_traffic_that_changed_are_told_and_drawn(books: Books) -> None:
    (row,) = books.store.beliefs()
    books.clock.at_s += 10.0
    changed = msgspec.structs.replace(row, changed_s=books.clock.at_s - 2, at_s=books.clock.at_s - 1)
    early = answered(books, 99, "rented", "sums", 60.0)
    books.store.enter(Batch(beliefs=(changed,), exchanges=(early,)))
    said = pools_page(told(books))
    assert "traffic is as it is now since" in said
    assert ">traffic changed</text>" in said
    assert ">learned</text>" in said
    gone = msgspec.structs.replace(
        changed, at_s=books.clock.at_s, version="", body=None, words="taken back: own is worse"
    )
    books.store.enter(Batch(beliefs=(gone,)))
    said = pools_page(told(books))
    assert "rented answers everything, since" in said
    assert "taken back: own is worse" in said
    assert ">taken back</text>" in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "quality_target", "aim": 0.975}, ("<b>can be met</b>", "quality target 97.5 %", ">target 97.5 %<")),
        ({"name": "rented_share", "aim": 0.3, "met": False}, ("<b>CANNOT BE MET</b>", "rented share 30 %")),
        ({"name": "budget_usd_per_day", "aim": 2.5}, ("<b>can be met</b>", "the dial: $2.50 a day")),
    ],
)
def test_a_dial_says_whether_it_can_be_met_and_what_its_settings_come_to(
    books: Books, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    report = told(books)
    one = only(report)
    frontier = (Point(0.0, 1.0, 1.0, 0.002), Point(0.5, 0.4, 0.99, 0.001))
    assert one.view.dial is not None
    dial = msgspec.structs.replace(one.view.dial, frontier=frontier, price=0.4, **changes)
    view = msgspec.structs.replace(one.view, dial=dial)
    said = pools_page(msgspec.structs.replace(report, pools=(msgspec.structs.replace(one, view=view),)))
    for expected in (*words, "Quality against price", "dollars for 1,000 requests", ">as set</text>", ">$1.00</text>"):
        assert expected in said, expected
    flat = msgspec.structs.replace(view, dial=msgspec.structs.replace(dial, frontier=frontier[:1]))
    alone = pools_page(msgspec.structs.replace(report, pools=(msgspec.structs.replace(one, view=flat),)))
    assert "Quality against price" not in alone


def test_a_pool_that_waits_and_a_house_without_one_say_so(tmp_path: Path) -> None:
    books = Books(tmp_path)
    assert NOTHING in pools_page(told(books))
    books.lessons(7, own=0.9)
    said = pools_page(told(books))
    assert "7 comparisons have outcomes, and learning begins at 50" in said
    assert said.count("<svg") == 0


def test_one_route_or_one_tenant_can_be_asked_for(books: Books) -> None:
    assert only(told(books, only="auto")) == only(told(books, tenant="default")) == only(told(books))
    assert told(books, only="other").pools == told(books, tenant="other").pools == ()


def test_the_report_on_slices_tells_of_pools_besides(books: Books) -> None:
    alone = gather(books.store, {}, books.clock.now_s(), words=False)
    both = msgspec.structs.replace(alone, pools=told(books))
    assert "Who answered" in page(both)
    assert "Who answered" not in page(alone)


class Sound(HTMLParser):
    """Holds the nesting of a page, its ids and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [told["id"] or ""] if "id" in told else []
        self.links |= {told["href"] or ""} if "href" in told else set()
        if tag == "svg":
            assert told.get("aria-label") or told.get("aria-hidden"), "a picture says what it shows"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_sound_fetches_nothing_and_runs_nothing(books: Books) -> None:
    twice = told(books)
    one = only(twice)
    odd = msgspec.structs.replace(one, view=msgspec.structs.replace(one.view, route="<script>", tenant="a & b"))
    said = pools_page(msgspec.structs.replace(twice, pools=(one, odd)))
    assert not re.search(r"src\s*=|href\s*=\s*\"?[^\"#]|url\(|<script|@import|https?://", said)
    sound = Sound()
    sound.feed(said)
    assert [tag for tag in sound.open if tag != "html"] == []
    assert len(set(sound.ids)) == len(sound.ids)
    assert sound.links == {"#pool-0", "#pool-1"} == {f"#{name}" for name in sound.ids}
