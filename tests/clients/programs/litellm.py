"""LiteLLM as a client, by four of its providers; its answers have the shape of Chat whatever it spoke."""

import json
from functools import partial
from typing import Any

import litellm

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

URL = ASKED["url"]
# By provider: the address that it is given.
PROVIDERS = {
    "openai": f"{URL}/v1",
    "anthropic": URL,
    "gemini": f"{URL}/v1beta",
    # Its callers speak the hosted service's compatible surface, which is Chat.
    "meta_llama": f"{URL}/v1",
}
litellm.telemetry = False
litellm.suppress_debug_info = True


class Ways:
    """One provider, asked; satisfies telling.Ways."""

    def __init__(self, name: str, provider: str, key: str) -> None:
        self._name, self._provider, self._key = name, provider, key

    def _ask(self, model: str, messages: Any, **more: Any) -> Any:
        return litellm.completion(
            model=f"{self._provider}/{model}",
            api_base=PROVIDERS[self._provider],
            api_key=self._key,
            messages=messages,
            max_retries=0,
            num_retries=0,
            **more,
        )

    def _asked(self, content: Any) -> list[Any]:
        return [{"role": "system", "content": ASKED["system"]}, {"role": "user", "content": content}]

    def plain(self, model: str) -> Any:
        return _heard(self._ask(model, self._asked(question(self._name))))

    def streamed(self, model: str) -> Any:
        asked = self._asked(question(self._name))
        chunks = list(self._ask(model, asked, stream=True, stream_options={"include_usage": True}))
        pieces = sum(bool(chunk.choices and chunk.choices[0].delta.content) for chunk in chunks)
        return {**_heard(litellm.stream_chunk_builder(chunks)), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        history = self._asked(question(self._name))
        tools = [{"type": "function", "function": ASKED["tool"]}]
        more: Any = {"reasoning_effort": "low"} if thinking and self._provider != "meta_llama" else {}
        first = self._ask(model, history, tools=tools, stream=streamed, **more)
        if streamed:
            first = litellm.stream_chunk_builder(list(first))
        message = first.choices[0].message
        calls = [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls]
        results = [
            {"role": "tool", "tool_call_id": call.id, "name": call.function.name, "content": result(arguments)}
            for call, (_, arguments) in zip(message.tool_calls, calls, strict=True)
        ]
        last = self._ask(model, [*history, message.model_dump(exclude_none=True), *results], tools=tools, **more)
        thoughts = getattr(message, "reasoning_content", None)
        return heard_of_tools(calls, first.choices[0].finish_reason, last.choices[0].message.content, thoughts)

    def schema(self, model: str) -> Any:
        form = {"type": "json_schema", "json_schema": {"name": "trip", "strict": True, "schema": ASKED["schema"]}}
        answer = self._ask(model, self._asked(question(self._name)), response_format=form)
        return {"value": json.loads(answer.choices[0].message.content)}

    def image(self, model: str) -> Any:
        picture = {"type": "image_url", "image_url": {"url": ASKED["image"]["url"]}}
        return _heard(self._ask(model, self._asked([{"type": "text", "text": question(self._name)}, picture])))


def _heard(answer: Any) -> dict[str, Any]:
    told = answer.usage
    cached = told.prompt_tokens_details.cached_tokens if told.prompt_tokens_details else None
    choice = answer.choices[0]
    tokens = usage(told.prompt_tokens, cached, told.completion_tokens)
    return {"text": choice.message.content, "stop": choice.finish_reason, "usage": tokens}


def known() -> dict[str, Any]:
    """The models as LiteLLM knows those of its list: of any other it believes less than it can do."""
    able: dict[str, Any] = {"mode": "chat", "supports_system_messages": True}
    able |= {
        "supports_response_schema": True,
        "supports_function_calling": True,
        "supports_vision": True,
        "supports_reasoning": True,
    }
    return {
        f"{provider}/{upstream}-{scenario}": {**able, "litellm_provider": provider}
        for provider in ("anthropic", "gemini")
        for upstream in ASKED["upstreams"]
        for scenario in ASKED["scenarios"]
    }


litellm.register_model(known())
for provider in PROVIDERS:
    name = f"litellm-{provider.replace('_', '-')}"
    tell(name, partial(Ways, name, provider))
