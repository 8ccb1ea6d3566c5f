"""Replay from the stored pairs only: agrees to 1e-9, and names what was changed on disk."""

import contextlib
import sqlite3
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import World
from understudy.jobs.judging import pair_digest
from understudy.jobs.replaying import replay_all
from understudy.parity.slices import SliceId

MIX = [("right", "right"), ("right", "wrong"), ("right", "right"), ("wrong", "right"), ("right", "wrong")] * 80


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    hypothesis = made.show()
    made.play(hypothesis, MIX)
    for _ in range(30):
        made.pair(hypothesis, "wrong", "right", served="candidate")
    made.work()
    return made


def change(world: World, statement: str, *values: object) -> None:
    """Change something on disk behind the program's back."""
    with contextlib.closing(sqlite3.connect(world.folder / "books.db")) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1


def words(world: World) -> str:
    return " ".join(finding.words for finding in replay_all(world.store))


def test_PAR_11_2_replay_agrees(world: World) -> None:
    findings = replay_all(world.store)
    assert len(world.store.transitions()) >= 6
    assert {(finding.agrees, finding.words) for finding in findings} == {(True, "")}
    assert replay_all(world.store, SliceId("r", "other")) == []


def test_a_flipped_pair_is_named(world: World) -> None:
    pair = world.store.pairs(world.store.hypotheses()[0].id)[7]
    change(world, "update pairs set candidate = 1 - candidate where exchange_id = ?", pair.exchange_id)
    assert f"pair {pair.exchange_id}" in words(world)


def test_a_flipped_pair_with_a_forged_digest_still_fails(world: World) -> None:
    pair = world.store.pairs(world.store.hypotheses()[0].id)[7]
    forged = msgspec.structs.replace(pair, candidate=1 - (pair.candidate or 0))
    change(
        world,
        "update pairs set candidate = ?, digest = ? where exchange_id = ?",
        forged.candidate,
        pair_digest(forged),
        pair.exchange_id,
    )
    assert "transition" in words(world)


def test_a_dropped_pair_is_seen(world: World) -> None:
    pair = world.store.pairs(world.store.hypotheses()[0].id)[3]
    change(world, "delete from pairs where exchange_id = ?", pair.exchange_id)
    assert "transition" in words(world)


def test_a_changed_transition_is_named(world: World) -> None:
    change(
        world,
        "update transitions set body = cast(replace(cast(body as text), 'opens', 'closes') as blob) where seq = 5",
    )
    assert "transition 5 was changed" in words(world)


def test_a_dropped_transition_is_named(world: World) -> None:
    change(world, "delete from transitions where seq = 3")
    assert "transition 4 does not follow" in words(world)


def test_a_changed_hypothesis_is_named(world: World) -> None:
    change(world, "update hypotheses set body = cast(replace(cast(body as text), '0.05', '0.5') as blob) where seq = 1")
    assert "hypothesis" in words(world)
    assert "was changed after it was registered" in words(world)
