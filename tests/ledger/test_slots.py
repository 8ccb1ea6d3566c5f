"""Slots: comparisons wait for one that is spared, only so many may wait, and a stop lets none begin."""

import asyncio
import heapq
import math
import random
from collections.abc import Awaitable, Callable
from statistics import fmean

import msgspec
import pytest
from tests.gateway.sites import OWN, RENTED

from understudy.ledger import slots as room
from understudy.ledger.slots import MOST_RENTED, WAITING_A_SLOT, Row, WorkerSlots, places_of, slots_of, width
from understudy.ports import Stopping
from understudy.routing.board import Endpoint, Model


def at(model: Model, url: str, slots: int | None = None) -> Model:
    return msgspec.structs.replace(model, endpoints=(Endpoint(url),), slots=slots)


HERE, THERE = at(OWN, "http://here"), at(RENTED, "http://there")
PLACES = places_of([HERE, THERE, HERE])


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run to the end, and not for ever."""
    asyncio.run(asyncio.wait_for(work(), 5))


def test_each_model_at_an_address_is_a_place_once() -> None:
    assert PLACES == (("http://here", "own-1"), ("http://there", "rented-1"))
    assert (slots_of(HERE), slots_of(at(OWN, "x", 7)), slots_of(THERE), slots_of(at(RENTED, "x", 3))) == (1, 7, None, 3)


def test_only_so_many_comparisons_may_wait_for_a_model_and_room_is_given_back() -> None:
    slots = WorkerSlots(PLACES)
    two = at(OWN, "http://here", 2)
    for _ in range(2 * WAITING_A_SLOT):
        assert slots.crowded([THERE, two]) is None
        slots.announce([two])
    assert slots.crowded([THERE, two]) is two
    assert slots.crowded([THERE]) is None
    slots.announce([two], -1)
    assert slots.crowded([THERE, two]) is None
    slots.announce([THERE], MOST_RENTED)
    assert slots.crowded([two, THERE]) is THERE


def test_what_other_processes_announce_counts_too() -> None:
    counts = [0] * (2 * width(PLACES))
    first, second = WorkerSlots(PLACES, Row(counts, 0)), WorkerSlots(PLACES, Row(counts, 1))
    first.announce([HERE], WAITING_A_SLOT - 1)
    second.announce([HERE])
    assert (first.crowded([HERE]), second.crowded([HERE])) == (HERE, HERE)
    first.announce([HERE], 1 - WAITING_A_SLOT)
    second.announce([HERE], -1)
    assert counts == [0] * len(counts)


@pytest.mark.parametrize(
    ("slots", "served", "asked"), [(1, 0, 1), (1, 1, 0), (2, 0, 1), (2, 1, 0), (4, 0, 3), (4, 2, 1)]
)
def test_one_slot_stays_free_for_a_caller(slots: int, served: int, asked: int) -> None:
    async def work() -> None:
        mine, model, running = WorkerSlots(PLACES), at(OWN, "http://here", slots), []

        async def compare() -> None:
            async with mine.slot(model) as spared:
                running.append(spared)
                await asyncio.sleep(60)

        for _ in range(served):
            mine.begin(HERE, HERE.endpoints[0])
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(compare()) for _ in range(5)]
            await asyncio.sleep(0.05)
            assert running == [True] * asked
            for task in tasks:
                task.cancel()
        for _ in range(served):
            mine.end(HERE, HERE.endpoints[0])
        async with asyncio.timeout(1), mine.slot(model) as spared:
            assert spared

    run(work)


def test_a_slot_that_is_free_is_given_on_at_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "POLL_S", 60.0)

    async def work() -> None:
        mine, got = WorkerSlots(PLACES), []

        async def compare(number: int) -> None:
            async with mine.slot(HERE):
                got.append(number)
                await asyncio.sleep(0)

        mine.begin(HERE, HERE.endpoints[0])
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(compare(number))
            await asyncio.sleep(0)
            # One that comes at the moment when the slot is free is behind those that wait.
            group.create_task(compare(20))
            mine.end(HERE, HERE.endpoints[0])
        assert got == list(range(21))

    run(work)


def test_several_slots_that_are_free_are_all_given_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "POLL_S", 60.0)

    async def work() -> None:
        mine, model, both = WorkerSlots(PLACES), at(OWN, "http://here", 3), asyncio.Barrier(2)

        async def compare() -> None:
            async with mine.slot(model):
                await both.wait()

        for _ in range(2):
            mine.begin(HERE, HERE.endpoints[0])
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(compare())
            await asyncio.sleep(0)
            for _ in range(2):
                mine.end(HERE, HERE.endpoints[0])

    run(work)


def test_what_another_process_does_is_seen_within_a_moment() -> None:
    async def work() -> None:
        counts = [0] * (2 * width(PLACES))
        mine, other = WorkerSlots(PLACES, Row(counts, 0)), WorkerSlots(PLACES, Row(counts, 1))
        other.begin(HERE, HERE.endpoints[0])
        asyncio.get_running_loop().call_later(0.05, other.end, HERE, HERE.endpoints[0])
        async with asyncio.timeout(1), mine.slot(HERE) as spared:
            assert spared
            assert sum(counts[:: width(PLACES)]) == 1
        assert counts == [0] * len(counts)

    run(work)


def test_after_long_enough_a_comparison_is_asked_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE_S", 0.15)

    async def work() -> None:
        mine = WorkerSlots(PLACES)
        mine.begin(HERE, HERE.endpoints[0])
        async with mine.slot(HERE) as spared:
            assert not spared

    run(work)


def test_a_rented_model_and_one_that_is_not_counted_wait_for_nothing() -> None:
    async def work() -> None:
        mine = WorkerSlots(PLACES)
        for model in (THERE, at(OWN, "http://elsewhere")):
            mine.begin(model, model.endpoints[0])
            async with asyncio.timeout(0.05), mine.slot(model) as spared:
                assert spared
            assert mine.crowded([model]) is None

    run(work)


def test_a_stop_ends_the_wait_and_lets_none_begin() -> None:
    async def work() -> None:
        mine = WorkerSlots(PLACES)
        mine.begin(HERE, HERE.endpoints[0])

        async def compare(model: Model) -> None:
            with pytest.raises(Stopping):
                async with mine.slot(model):
                    raise AssertionError("it was asked")

        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(compare(HERE))
            await asyncio.sleep(0)
            assert not mine.stopping
            mine.stop()
            assert mine.stopping
            # Even where a slot is free by then.
            mine.end(HERE, HERE.endpoints[0])
            group.create_task(compare(HERE))
            group.create_task(compare(THERE))

    run(work)


def test_what_load_leaves_out_tilts_no_mean() -> None:
    """Wrong answers take ten times as long: they fill the slots, and are compared as often as they come all the same.

    Simulated: the real counts, ten times as many comparisons as the model has room for, and a draw for every answer.
    """
    rng, slots, now_s = random.Random(7), WorkerSlots(PLACES), 0.0
    ends: list[float] = []
    every: list[float] = []
    made: list[float] = []
    in_time: list[float] = []
    for _ in range(40_000):
        now_s += rng.expovariate(10.0)
        while ends and ends[0] <= now_s:
            heapq.heappop(ends)
            slots.announce([HERE], -1)
        right = float(rng.random() < 0.7)
        took_s = rng.expovariate(1.0) if right else rng.expovariate(0.1)
        every.append(right)
        if slots.crowded([HERE, THERE]) is None:
            slots.announce([HERE])
            heapq.heappush(ends, now_s + took_s)
            made.append(right)
            # What would count if slow ones were given up for a caller.
            in_time += [right] if took_s < 2.0 else []
    assert 500 < len(made) < len(every) / 5
    error = math.sqrt(0.7 * 0.3 / len(made))
    assert abs(fmean(made) - fmean(every)) < 3 * error
    assert fmean(in_time) - fmean(every) > 5 * error
