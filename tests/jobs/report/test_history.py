"""The course of a slice, made again: it ends where the state itself stands, and a broken record cuts it in words."""

import math
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import World
from understudy.jobs.evidence import turns_of
from understudy.jobs.recording import link_of
from understudy.jobs.registrar import state_of
from understudy.jobs.report.history import MAX_POINTS, Course, course
from understudy.parity.record import Link
from understudy.parity.slices import Hypothesis
from understudy.parity.units import entering
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence

MIX = [("right", "right"), ("right", "wrong"), ("wrong", "right"), ("right", "wrong")] * 60


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.play(made.show(), MIX)
    return made


def made_again(world: World, links: list[Link] | None = None) -> Course:
    row = world.store.hypotheses()[0]
    hypothesis = msgspec.json.decode(row.body, type=Hypothesis)
    units = entering(turns_of(world.store.pairs(row.id), (), hypothesis.outcome), math.inf)
    links = [link_of(one) for one in world.store.transitions()] if links is None else links
    return course(hypothesis, row.registered_at_s, links, units)


def test_its_last_point_is_where_the_slice_stands(world: World) -> None:
    found, state = made_again(world), state_of(world.store.slices()[0])
    last, interval = found.points[-1], confidence(state.levels, bound=state.bound)
    assert last.pairs == state.promotion.mixture.n == len(MIX)
    assert last.e == pytest.approx(e_value(state.promotion.log_e), rel=1e-12)
    assert (last.mean, last.low, last.high) == (state.levels.mean, interval.low, interval.high)
    assert not found.cut


def test_it_tells_the_moves_where_they_were_made(world: World) -> None:
    told = [link_of(row).told() for row in world.store.transitions()]
    assert [(stage.pairs, stage.move, stage.to) for stage in made_again(world).stages] == [
        (one["units"], one["move"], one["to"]) for one in told
    ]
    assert told


def test_it_has_no_more_points_than_a_plot_can_show(world: World) -> None:
    points = made_again(world).points
    assert len(MIX) / 2 - 1 <= len(points) <= MAX_POINTS
    assert [point.pairs for point in points] == sorted({point.pairs for point in points})


def test_a_record_that_cannot_be_made_again_cuts_the_course(world: World) -> None:
    links = [link_of(one) for one in world.store.transitions()]
    body = links[0].told() | {"move": "up", "to": "100 %"}
    cut = made_again(world, [msgspec.structs.replace(links[0], body=msgspec.json.encode(body))])
    assert "the ladder has no such step" in cut.cut
    assert cut.points
