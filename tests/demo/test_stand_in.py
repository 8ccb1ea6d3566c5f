"""The stand-in for a rented provider: a known error rate, repeatable, and the official SDK reads it."""

import asyncio
import random
import threading

import anthropic
from aiohttp import web

from tests.journeys.house import free_port
from understudy.demo.stand_in import ERROR_RATE, StandIn
from understudy.demo.tasks import make, right


def test_it_errs_at_the_rate_it_says_and_repeats_itself() -> None:
    rng = random.Random(1)
    prompts = [make("triage", rng).prompt for _ in range(4_000)]
    stand_in = StandIn(5)
    wrong = sum(not right(prompt, stand_in.answer(prompt)) for prompt in prompts) / len(prompts)
    assert abs(wrong - ERROR_RATE) < 0.015
    assert [stand_in.answer(prompt) for prompt in prompts[:50]] == [
        StandIn(5).answer(prompt) for prompt in prompts[:50]
    ]


def test_the_official_sdk_reads_it_whole_and_streamed() -> None:
    port, ready, loop = free_port(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        runner = web.AppRunner(StandIn(5, error_rate=0.0, latency_s=0.0).application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    ask = [{"role": "user", "content": "Product: 1234 x 5678"}]
    try:
        with anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}", api_key="any", max_retries=0) as client:
            whole = client.messages.create(model="m", max_tokens=9, messages=ask)  # type: ignore[arg-type]
            assert whole.content[0].text == "7006652"  # type: ignore[union-attr]
            with client.messages.stream(model="m", max_tokens=9, messages=ask) as stream:  # type: ignore[arg-type]
                streamed = stream.get_final_message()
        assert streamed.content[0].text == "7006652"  # type: ignore[union-attr]
        assert (streamed.stop_reason, streamed.usage) == ("end_turn", streamed.usage)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
