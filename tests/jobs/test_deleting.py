"""Deletion of a tenant through the spool: the bookkeeper's own clock counts, and a crash leaves no order behind."""

from pathlib import Path

import msgspec

from tests.jobs.books import World
from understudy.ports import Batch, KeptAnswer, Order, OrderRow


def order(world: World) -> Order:
    return Order(id=world.new_id(), at_s=1.0, tenant="default", route="", kind="", verb="delete", who="me")


def answer(world: World, name: str) -> KeptAnswer:
    now_s = world.clock.now_s()
    return KeptAnswer(id=name, tenant="default", at_s=now_s, expires_at_s=now_s + 1e6, words=b"words")


def test_an_order_is_obeyed_and_the_slice_stays_where_it_is(tmp_path: Path) -> None:
    world = World(tmp_path)
    hypothesis = world.show()
    world.pair(hypothesis, "right", "wrong")
    world.add(answer(world, "a"))
    world.work()
    assert world.store.held("default")["words of pairs"] == world.store.held("default")["kept answers"] == 1
    before, links = world.standing(), world.store.transitions()
    late = answer(world, "late")
    asked = order(world)
    world.add(asked)
    world.work()
    row = world.store.order_of(asked.id)
    assert row is not None
    assert row.done
    assert (
        row.words == "gone are 0 lessons, 0 beliefs, 0 rates of comparison, 0 comparisons that wait, "
        "1 words of pairs, 1 kept answers, 0 reactions"
    )
    assert (world.standing(), world.store.transitions()) == (before, links)
    assert asked.at_s < world.store.deleted()["default"] <= world.clock.now_s()
    world.add(late)
    world.work()
    assert world.store.kept("default", "late") is None
    world.add(answer(world, "new"))
    world.work()
    assert world.store.kept("default", "new") is not None


def test_an_order_that_a_crash_left_open_is_done_at_the_start(tmp_path: Path) -> None:
    world = World(tmp_path)
    asked = order(world)
    world.store.enter(Batch(kept=(answer(world, "a"),), orders=(OrderRow(**msgspec.structs.asdict(asked)),)))
    world.start()
    assert world.store.held("default")["kept answers"] == 0
    assert world.store.open_orders() == []


def test_an_order_in_another_bookkeepers_hands_is_left_to_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.show()
    world.store.enter(Batch(orders=(OrderRow(**msgspec.structs.asdict(order(world))),)))
    world.work()
    assert [row.done for row in world.store.open_orders()] == [None]
