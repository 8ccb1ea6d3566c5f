"""The stand-in for a rented provider: a known error rate, repeatable, and the official SDK reads it."""

import random

import anthropic

from tests.journeys.house import serving
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
    ask = [{"role": "user", "content": "Product: 1234 x 5678"}]
    with serving(StandIn(5, error_rate=0.0, latency_s=0.0).application()) as url:
        with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
            whole = client.messages.create(model="m", max_tokens=9, messages=ask)  # type: ignore[arg-type]
            assert whole.content[0].text == "7006652"  # type: ignore[union-attr]
            with client.messages.stream(model="m", max_tokens=9, messages=ask) as stream:  # type: ignore[arg-type]
                streamed = stream.get_final_message()
        assert streamed.content[0].text == "7006652"  # type: ignore[union-attr]
        assert (streamed.stop_reason, streamed.usage) == ("end_turn", streamed.usage)
