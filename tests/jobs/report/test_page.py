"""The report as people get it: it tells what is in the books, shows words only where it may, and fetches nothing."""

import re
from pathlib import Path

import pytest

from tests.jobs.books import ROUTE, World
from understudy.canon.messages import Message
from understudy.canon.money import NANO
from understudy.canon.parts import Text
from understudy.canon.request import Request
from understudy.jobs.recording import link_of
from understudy.jobs.report.gather import MAX_SHOWN_CHARS, Report, gather
from understudy.jobs.report.money import money_words
from understudy.jobs.report.page import evidence, page
from understudy.ports import Exchange, Purpose, SpendRow

MIX = [("right", "right"), ("right", "wrong"), ("wrong", "right"), ("right", "right")] * 40
SPECS = {"r": ROUTE.parity}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.play(made.show(), MIX)
    return made


def report(world: World, *, words: bool = True, only: str | None = None) -> Report:
    return gather(world.store, SPECS, world.clock.now_s(), words=words, only=only)


def test_PAR_11_4_it_tells_what_the_books_hold(world: World) -> None:
    found = report(world)
    (one,) = found.slices
    assert one.context["negative_flips"] == one.context["positive_flips"] == len(MIX) / 4
    assert [move.to for move in one.moves] == [link_of(row).told()["to"] for row in world.store.transitions()]
    told = page(found)
    for words in ("r/chat", "own-1", "rented-1", "Evidence against the rungs", "Difference", "Moves", "agrees"):
        assert words in told
    assert told.count("<svg") == 4


def test_it_fetches_nothing_and_runs_nothing(world: World) -> None:
    told = page(report(world))
    assert not re.search(r"(src|href)\s*=|url\(|<script|@import|https?://", told)


def test_flips_stand_side_by_side_while_their_words_are_kept(world: World) -> None:
    flips = report(world).slices[0].flips
    assert {flip.worth for flip in flips} == {-1.0, 1.0}
    assert all(flip.prompt is not None for flip in flips)
    lost = next(flip for flip in flips if flip.worth < 0)
    assert (lost.own, lost.rented) == ("wrong", "right")
    world.store.forget_texts(float("inf"))
    assert all(flip.prompt is None for flip in report(world).slices[0].flips)


def test_without_the_right_to_words_there_are_none(world: World) -> None:
    bare = report(world, words=False)
    assert all((flip.prompt, flip.own, flip.rented) == (None, None, None) for flip in bare.slices[0].flips)
    assert "Words are left out" in page(bare)


def test_words_from_elsewhere_are_harmless_and_cut_to_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "<script>alert(1)</script>" + "x" * MAX_SHOWN_CHARS
    asked = Request(model="r", messages=(Message("user", (Text(long),)),), dialect="openai_chat")
    monkeypatch.setattr("tests.jobs.books.request", lambda: asked)
    world.store.forget_texts(float("inf"))
    world.play(world.store.hypotheses()[0].id, MIX * 3)
    prompts = [flip.prompt or "" for flip in report(world).slices[0].flips]
    assert any("<script>" in prompt and "characters more" in prompt for prompt in prompts)
    assert "<script" not in page(report(world))


def test_one_slice_can_be_asked_for_and_an_unknown_one_is_empty(world: World) -> None:
    world.show("maths")
    assert [one.view.kind for one in report(world).slices] == ["chat", "maths"]
    assert [one.view.kind for one in report(world, only="r/maths").slices] == ["maths"]
    assert report(world, only="r/nobody").slices == ()


def test_money_is_summed_up_to_each_moment(world: World) -> None:
    for number in range(3):
        world.spool.append(
            Exchange(
                id=world.new_id(),
                at_s=world.clock.now_s() + number,
                route="r",
                kind="chat",
                model="own",
                owned=True,
                cost_nano_usd=1_000_000_000,
                incumbent_cost_nano_usd=3_000_000_000,
            )
        )
    world.work()
    told = page(report(world))
    assert "$6.00" in told
    assert "saved so far" in told


def test_an_empty_house_says_so(tmp_path: Path) -> None:
    empty = World(tmp_path)
    assert "No slice yet" in page(report(empty))


@pytest.mark.parametrize(("e", "words"), [(1234.5, "1,234"), (20.04, "20"), (0.1234, "0.123")])
def test_evidence_in_words(e: float, words: str) -> None:
    assert evidence(e) == words


def test_what_an_answer_took_besides_lowers_what_was_saved_and_is_no_comparing() -> None:
    def row(purpose: Purpose, cost: int, incumbent: int = 0) -> SpendRow:
        return SpendRow(
            tenant="default",
            route="r",
            purpose=purpose,
            model="own",
            from_s=0.0,
            exchanges=1,
            own=0,
            compared=1,
            cost_nano_usd=cost * NANO,
            incumbent_cost_nano_usd=incumbent * NANO,
        )

    spending = (row("serve", 2, 10), row("trial", 3), row("attempt", 1), row("shadow", 5), row("judge", 6))
    saved, compared, _ = money_words(spending)
    assert "$4.00" in saved
    assert "$11.00" in compared
