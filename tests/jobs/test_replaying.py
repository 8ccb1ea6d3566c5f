"""Replay from the stored pairs only: agrees to 1e-9, and names what was changed on disk."""

import contextlib
import json
import math
import sqlite3
from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import World
from understudy.jobs.evidence import turns_of
from understudy.jobs.judging import pair_digest
from understudy.jobs.recording import link_of
from understudy.jobs.replaying import replay_all
from understudy.jobs.specs import GuardrailSpec, ParitySpec, RouteSpec
from understudy.parity.replay import Disagreement, replay
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.units import entering
from understudy.ports import Order, Verb, Verdict

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


LABELLED = RouteSpec(
    name="r",
    incumbent="rented",
    candidate="own",
    parity=ParitySpec(shadow=1.0, labels=1.0, dwell=0, cycle=0, guardrails={"format": GuardrailSpec(check="word")}),
)


@pytest.fixture
def labelled(tmp_path: Path) -> World:
    """A slice that people label, with a guardrail, a hold, a release and a lowering by hand."""
    made = World(tmp_path, route=LABELLED)
    hypothesis = made.show()

    def label(n: int) -> None:
        for _ in range(n):
            opened = made.opened(hypothesis, asked=True)
            said = Verdict(
                exchange_id=opened.exchange_id,
                hypothesis=hypothesis,
                source="label",
                at_s=made.clock.now_s(),
                by="ann",
                score=0.5,
            )
            made.add(opened, made.settled(opened, "right", "right"), said)
        made.work()

    label(220)
    by_hand: list[tuple[Verb, int | None]] = [("hold", None), ("release", None), ("lower", 0)]
    for number, (verb, rung) in enumerate(by_hand):
        place = {"tenant": "default", "route": "r", "kind": "chat"}
        made.add(Order(id=f"o{number}", at_s=made.clock.now_s(), verb=verb, who="ann", rung=rung, **place))
        made.work()
        label(3)
    return made


def test_a_life_with_labels_guardrails_and_moves_by_hand_replays(labelled: World) -> None:
    moves = [json.loads(row.body)["move"] for row in labelled.store.transitions()]
    assert {"up", "hold", "release", "lower"} <= set(moves)
    assert words(labelled) == ""


def test_a_changed_label_or_guardrail_is_named(labelled: World) -> None:
    pair = labelled.store.pairs(labelled.store.hypotheses()[0].id)[7]
    change(labelled, "update verdicts set score = -1 where exchange_id = ?", pair.exchange_id)
    assert f"the label's verdict on pair {pair.exchange_id}" in words(labelled)
    change(labelled, "update verdicts set score = 0.5 where exchange_id = ?", pair.exchange_id)
    assert words(labelled) == ""
    change(labelled, "update pairs set rails = ? where exchange_id = ?", b'{"format":[0,1]}', pair.exchange_id)
    assert f"pair {pair.exchange_id} was changed" in words(labelled)


def test_a_person_may_not_have_raised_a_share(labelled: World) -> None:
    """The chain holds, and the move was never theirs to make."""
    chain = [link_of(row) for row in labelled.store.transitions()]
    at = next(n for n, link in enumerate(chain) if link.told()["move"] == "up")
    told = chain[at].told() | {"actor": "ann"}
    forged = msgspec.structs.replace(chain[at], body=msgspec.json.encode(told, order="sorted"))
    registered = labelled.store.hypotheses()[0]
    hypothesis = msgspec.json.decode(registered.body, type=Hypothesis)
    pairs = labelled.store.pairs(registered.id)
    turns = turns_of(pairs, labelled.store.verdicts(registered.id), hypothesis.outcome)
    with pytest.raises(Disagreement, match="'ann' made the gate's own move 'up'"):
        replay(hypothesis, registered.registered_at_s, [*chain[:at], forged], entering(turns, math.inf), [])
