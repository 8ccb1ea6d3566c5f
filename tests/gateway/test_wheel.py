"""The wheel: verdicts as pure arithmetic, and one real loop that turns with limits of no time at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from understudy.canon.faults import FaultKind
from understudy.gateway import wheel
from understudy.gateway.wheel import Watch, Wheel

NEVER_S = 1e9


@contextlib.asynccontextmanager
async def turning(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wheel]:
    """A wheel that turns as fast as the loop does, until the test is done."""
    monkeypatch.setattr(wheel, "TICK_S", 0)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:

        def spawn(work: Coroutine[Any, Any, None]) -> None:
            group.create_task(work)

        made = Wheel(spawn)
        running = group.create_task(made.run())
        yield made
        running.cancel()


async def unanswered(watch: Watch, *, first_s: float | None) -> None:
    """An attempt at a model that never says anything."""
    async with asyncio.timeout(None) as deadline:
        watch.begin(asyncio.get_running_loop().time(), deadline, first_s=first_s)
        await asyncio.Event().wait()


def begun(*, first_s: float | None = 3.0, total_s: float = 10.0) -> Watch:
    watch = Watch(100.0, total_s=total_s)
    watch.begin(100.0, asyncio.Timeout(None), first_s=first_s)
    return watch


def test_the_first_content_is_waited_for() -> None:
    watch = begun()
    assert watch.late(103.0) is None
    assert watch.late(103.1) == "the model sent no content within 3 s"
    watch.heard = 103.0  # a comment is no content
    assert watch.late(103.1) is not None


def test_after_content_silence_counts() -> None:
    watch = begun()
    watch.heard = 102.0
    watch.content(2.5)
    assert watch.late(104.5) is None
    assert watch.late(104.6) == "the model fell silent for more than 2.5 s"
    watch.heard = 104.0
    assert watch.late(106.0) is None


def test_the_whole_is_bounded_however_lively_it_is() -> None:
    watch = begun()
    watch.content(2.5)
    watch.heard = 110.1
    assert watch.late(110.0) is None
    assert watch.late(110.1) == "the model did not finish within 10 s"


def test_a_whole_answer_has_no_first_content() -> None:
    assert begun(first_s=None).late(109.9) is None


def test_a_new_attempt_starts_anew() -> None:
    watch = begun()
    watch.content(2.5)
    watch.why = "the model fell silent"
    watch.begin(105.0, asyncio.Timeout(None), first_s=3.0)
    assert (watch.begun, watch.heard, watch.why, watch.idle_s) == (105.0, 105.0, "", None)
    assert watch.late(108.0) is None
    assert watch.late(108.1) == "the model sent no content within 3 s"


def test_all_attempts_together_have_the_whole_time_once() -> None:
    watch = begun()
    watch.begin(109.0, asyncio.Timeout(None), first_s=3.0)
    assert watch.late(110.0) is None
    assert watch.late(110.1) == "the model did not finish within 10 s"


def test_a_verdict_is_a_timeout_in_its_own_words() -> None:
    watch = begun()
    assert watch.fault().message == "the model did not answer in time"
    watch.why = "the model fell silent for more than 2 s"
    assert (watch.fault().kind, watch.fault().message) == (FaultKind.TIMEOUT, watch.why)


def test_a_late_exchange_is_ended_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> Watch:
        async with turning(monkeypatch) as made:
            watch = Watch(0.0, total_s=NEVER_S)
            made.add(watch)
            with pytest.raises(TimeoutError):
                await unanswered(watch, first_s=0.0)
            return watch

    watch = asyncio.run(run())
    assert watch.fault().message == "the model sent no content within 0 s"
    assert watch.deadline is None, "a deadline that has passed must not be moved again"


def test_one_late_exchange_does_not_disturb_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> bool:
        async with turning(monkeypatch) as made:
            now = asyncio.get_running_loop().time()
            late, early = Watch(now, total_s=0.0), Watch(now, total_s=NEVER_S)
            made.add(late)
            made.add(early)
            async with asyncio.timeout(None) as calm:
                early.begin(now, calm, first_s=None)
                with pytest.raises(TimeoutError):
                    await unanswered(late, first_s=None)
            return calm.expired() or early.deadline is None

    assert asyncio.run(run()) is False


def test_an_exchange_between_attempts_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> Watch:
        async with turning(monkeypatch) as made:
            watch = Watch(0.0, total_s=0.0)
            spoken = asyncio.Event()

            async def speak() -> None:
                spoken.set()

            watch.keep_alive, watch.keep_alive_s = speak, 0.0
            made.add(watch)
            await spoken.wait()  # the wheel has turned over it
            return watch

    assert asyncio.run(run()).why == ""


def test_silence_is_broken_again_and_again_until_the_exchange_is_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[int, int]:
        async with turning(monkeypatch) as made:
            watch = Watch(asyncio.get_running_loop().time(), total_s=NEVER_S)
            spoken: list[float] = []
            enough = asyncio.Event()

            async def speak() -> None:
                spoken.append(watch.sent)
                if len(spoken) == 3:
                    made.discard(watch)
                    enough.set()

            watch.keep_alive, watch.keep_alive_s = speak, 0.0
            made.add(watch)
            assert made.in_flight == 1
            await enough.wait()
            assert spoken == sorted(set(spoken)), "each time is noted before it is spoken"
            return len(spoken), made.in_flight

    assert asyncio.run(run()) == (3, 0)


def test_one_who_has_just_spoken_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> list[str]:
        async with turning(monkeypatch) as made:
            now = asyncio.get_running_loop().time()
            heard: list[str] = []
            turned = asyncio.Event()

            async def speak() -> None:
                heard.append("early")

            async def other() -> None:
                turned.set()

            talking, silent = Watch(now, total_s=NEVER_S), Watch(now, total_s=NEVER_S)
            talking.keep_alive, talking.keep_alive_s = speak, NEVER_S
            silent.keep_alive, silent.keep_alive_s = other, 0.0
            made.add(talking)
            made.add(silent)
            await turned.wait()
            return heard

    assert asyncio.run(run()) == []


def test_discarding_twice_does_no_harm() -> None:
    made = Wheel(lambda work: work.close())
    watch = Watch(0.0, total_s=1.0)
    made.add(watch)
    made.add(watch)
    assert made.in_flight == 1
    made.discard(watch)
    made.discard(watch)
    assert made.in_flight == 0
