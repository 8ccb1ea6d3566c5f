"""Tasks that no caller waits for: a failure stays alone, and a stop gives them the time there is."""

import asyncio
import logging

import pytest

from understudy.gateway.tasks import MOMENT_S, Tasks


async def after(seconds: float, done: list[str], name: str) -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        done.append(f"{name} cut off")
        raise
    done.append(name)


@pytest.mark.parametrize(("seconds", "quick"), [(1.0, "quick"), (-1.0, "quick cut off")])
def test_what_runs_gets_the_time_that_is_left(seconds: float, quick: str) -> None:
    done: list[str] = []

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            tasks.spawn(after(2 * MOMENT_S, done, "quick"))
            tasks.spawn(after(60.0, done, "slow"))
            await tasks.drain(seconds)

    asyncio.run(asyncio.wait_for(work(), 5))
    assert sorted(done) == [quick, "slow cut off"]


def test_what_was_only_just_begun_takes_its_first_steps_however_late_it_is() -> None:
    done: list[str] = []

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            tasks.spawn(after(0.0, done, "owed"))
            await tasks.drain(-1.0)

    asyncio.run(work())
    assert done == ["owed"]


def test_one_that_fails_is_logged_and_takes_nothing_with_it(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    async def fail() -> None:
        raise ValueError("a mistake of ours")

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            tasks.spawn(fail())
            tasks.spawn(after(0.01, done, "other"))

    with caplog.at_level(logging.ERROR):
        asyncio.run(work())
    assert done == ["other"]
    assert "a background task failed" in caplog.text
