"""Pydantic AI's agents, which run the tools themselves, with models of three makers; OpenAI's in two ways."""

import asyncio
import base64
from collections.abc import Callable
from functools import partial
from typing import Any

from anthropic import AsyncAnthropic
from google.genai import Client, types
from openai import AsyncOpenAI
from pydantic_ai import Agent, BinaryContent, NativeOutput, StructuredDict, Tool
from pydantic_ai.messages import ModelResponse, ThinkingPart, ToolCallPart
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

URL = ASKED["url"]
Models = Callable[[str], Model]
# What makes each think.
THINKING: dict[str, Any] = {
    "pydantic-ai-openai-chat": {"openai_reasoning_effort": "low"},
    "pydantic-ai-openai-responses": {"openai_reasoning_effort": "low", "openai_reasoning_summary": "auto"},
    "pydantic-ai-anthropic": {
        "max_tokens": 4000,
        "anthropic_thinking": {"type": "enabled", "budget_tokens": 1024},
    },
    "pydantic-ai-google": {"google_thinking_config": {"include_thoughts": True, "thinking_budget": 1024}},
}


def openai_chat(key: str) -> Models:
    """Chat Completions."""
    client = AsyncOpenAI(base_url=f"{URL}/v1", api_key=key, max_retries=0)
    return lambda model: OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client))


def openai_responses(key: str) -> Models:
    """Responses."""
    client = AsyncOpenAI(base_url=f"{URL}/v1", api_key=key, max_retries=0)
    return lambda model: OpenAIResponsesModel(
        model,
        provider=OpenAIProvider(openai_client=client),
        profile={"openai_supports_encrypted_reasoning_content": True},
    )


def anthropic(key: str) -> Models:
    """Messages."""
    client = AsyncAnthropic(base_url=URL, api_key=key, max_retries=0)
    return lambda model: AnthropicModel(
        model,
        provider=AnthropicProvider(anthropic_client=client),
        profile={"supports_json_schema_output": True},
    )


def google(key: str) -> Models:
    """Gemini."""
    options = types.HttpOptions(base_url=URL, retry_options=types.HttpRetryOptions(attempts=1))
    client = Client(api_key=key, http_options=options)
    return lambda model: GoogleModel(model, provider=GoogleProvider(client=client))


class Ways:
    """Agents with one model, asked; satisfies telling.Ways."""

    def __init__(self, runner: asyncio.Runner, name: str, make: Callable[[str], Models], key: str) -> None:
        self._runner, self._name, self._models = runner, name, make(key)

    def _agent(self, model: str, **more: Any) -> Agent[None, Any]:
        return Agent(self._models(model), instructions=ASKED["system"], retries=0, **more)

    def plain(self, model: str) -> Any:
        return _heard(self._runner.run(self._agent(model).run(question(self._name))))

    def streamed(self, model: str) -> Any:
        return self._runner.run(self._streamed(model))

    async def _streamed(self, model: str) -> Any:
        async with self._agent(model).run_stream(question(self._name)) as answer:
            pieces = [piece async for piece in answer.stream_text(delta=True, debounce_by=None)]
            return {**_told("".join(pieces), answer.response), "pieces": len(pieces)}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        tool = ASKED["tool"]
        weather = Tool.from_schema(
            lambda **arguments: result(arguments), tool["name"], tool["description"], tool["parameters"]
        )
        agent = self._agent(model, tools=[weather], model_settings=THINKING[self._name] if thinking else None)
        run = self._events(agent) if streamed else agent.run(question(self._name))
        answer = self._runner.run(run)
        first = next(message for message in answer.all_messages() if isinstance(message, ModelResponse))
        calls = [[part.tool_name, part.args_as_dict()] for part in first.parts if isinstance(part, ToolCallPart)]
        thoughts = "".join(part.content for part in first.parts if isinstance(part, ThinkingPart))
        return heard_of_tools(calls, first.finish_reason, answer.output, thoughts)

    async def _events(self, agent: Agent[None, Any]) -> Any:
        async with agent.run_stream_events(question(self._name)) as events:
            return [event async for event in events][-1].result

    def schema(self, model: str) -> Any:
        output = NativeOutput(StructuredDict(ASKED["schema"], name="trip"))
        return {"value": self._runner.run(self._agent(model, output_type=output).run(question(self._name))).output}

    def image(self, model: str) -> Any:
        picture = BinaryContent(base64.b64decode(ASKED["image"]["data"]), media_type=ASKED["image"]["type"])
        return _heard(self._runner.run(self._agent(model).run([question(self._name), picture])))


def _told(text: str, answer: ModelResponse) -> dict[str, Any]:
    told = answer.usage
    tokens = usage(told.input_tokens, told.cache_read_tokens, told.output_tokens)
    return {"text": text, "stop": answer.finish_reason, "usage": tokens}


def _heard(run: Any) -> dict[str, Any]:
    return _told(run.output, run.response)


with asyncio.Runner() as loop:
    for name, make in {
        "pydantic-ai-openai-chat": openai_chat,
        "pydantic-ai-openai-responses": openai_responses,
        "pydantic-ai-anthropic": anthropic,
        "pydantic-ai-google": google,
    }.items():
        tell(name, partial(Ways, loop, name, make))
