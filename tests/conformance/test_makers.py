"""The makers' own clients read the wires that were written by hand, and raise at every way in which a stream breaks."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import anthropic
import boto3
import llama_api_client
import openai
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from google import genai
from google.genai import errors, types

from understudy.conformance.own import MODEL, own_gateway
from understudy.conformance.scenarios import BY_NAME, SCENARIOS
from understudy.conformance.upstream import WIRES, scripted

ASK: Any = [{"role": "user", "content": "How is the harbour?"}]
TEXT = BY_NAME["text"].said.text
# What each maker's clients raise at an error of the API; nothing else will do.
RAISED: dict[str, type[Exception]] = {
    "chat": openai.APIError,
    "responses": openai.APIError,
    "messages": anthropic.APIError,
    "gemini": errors.APIError,
    "converse": ClientError,
    "llama": llama_api_client.APIError,
}
FAILING = [one.name for one in SCENARIOS if one.cause is not None and one.streamed]


def chat(url: str, model: str) -> str:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        told = client.chat.completions.create(model=model, messages=ASK, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in told if chunk.choices)


def responses(url: str, model: str) -> str:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        told = client.responses.create(model=model, input="How is the harbour?", stream=True)
        return "".join(event.delta for event in told if event.type == "response.output_text.delta")


def messages(url: str, model: str) -> str:
    with (
        anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client,
        client.messages.stream(model=model, messages=ASK, max_tokens=4_000) as told,
    ):
        return told.get_final_text()


def gemini(url: str, model: str) -> str:
    with genai.Client(api_key="any", http_options=types.HttpOptions(base_url=url)) as client:
        told = client.models.generate_content_stream(model=model, contents="How is the harbour?")
        return "".join(chunk.text or "" for chunk in told)


def converse(url: str, model: str) -> str:
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    config = Config(retries={"max_attempts": 0, "mode": "standard"})
    client: Any = boto3.client("bedrock-runtime", endpoint_url=url, config=config, **keys)
    asked: Any = [{"role": "user", "content": [{"text": "How is the harbour?"}]}]
    try:
        told = client.converse_stream(modelId=model, messages=asked)["stream"]
        with contextlib.closing(told):
            deltas = [one["contentBlockDelta"]["delta"] for one in told if "contentBlockDelta" in one]
        return "".join(delta.get("text", "") for delta in deltas)
    finally:
        client.close()


def llama(url: str, model: str) -> str:
    with llama_api_client.LlamaAPIClient(base_url=f"{url}/llama/v1", api_key="any", max_retries=0) as client:
        told = client.chat.completions.create(model=model, messages=ASK, stream=True)
        return "".join(getattr(chunk.event.delta, "text", "") for chunk in told)


CLIENTS: dict[str, Callable[[str, str], str]] = {
    one.__name__: one for one in (chat, responses, messages, gemini, converse, llama)
}
every_client = pytest.mark.parametrize("name", [wire.name for wire in WIRES])


@every_client
def test_a_makers_client_reads_what_is_written_by_hand(name: str) -> None:
    async def heard() -> list[Any]:
        async with scripted(0, 1.0) as script:
            asked = (asyncio.to_thread(CLIENTS[name], script.url, scenario) for scenario in ("text", "inband"))
            return await asyncio.gather(*asked, return_exceptions=True)

    text, failed = asyncio.run(heard())
    assert text == TEXT
    # A failed response alone raises nothing: OpenAI's client hands it on as the event that it is.
    assert isinstance(failed, str if name == "responses" else RAISED[name])


@every_client
def test_F1_F10_a_makers_client_raises_at_every_failure(name: str) -> None:
    """Asked through Understudy, of an upstream of its own dialect and of one of another."""
    others = {"chat": "messages", "messages": "chat"}

    async def outcomes() -> dict[str, Any]:
        async with scripted(0, 10.0) as script, own_gateway(script.url) as url:
            models = [
                MODEL.replace("{upstream}", upstream).replace("{scenario}", scenario)
                for upstream in (name, others.get(name, "chat"))
                for scenario in FAILING
            ]
            asked = (asyncio.to_thread(CLIENTS[name], url, model) for model in models)
            return dict(zip(models, await asyncio.gather(*asked, return_exceptions=True), strict=True))

    odd = {model: told for model, told in asyncio.run(outcomes()).items() if not isinstance(told, RAISED[name])}
    assert odd == {}
