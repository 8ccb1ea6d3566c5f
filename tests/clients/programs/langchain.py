"""LangChain's chat models of three makers; OpenAI's by Chat and by Responses."""

from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

URL = ASKED["url"]
# A chat model by its name and what else it is made with.
Chat = Callable[..., Any]
# What makes each think.
THINKING: dict[str, dict[str, Any]] = {
    "langchain-openai-chat": {"reasoning_effort": "low"},
    "langchain-openai-responses": {
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
    },
    "langchain-anthropic": {"max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
    "langchain-google": {"include_thoughts": True, "thinking_budget": 1024},
}


def openai_chat(key: str) -> Chat:
    """Chat Completions."""
    return partial(
        ChatOpenAI, base_url=f"{URL}/v1", api_key=key, max_retries=0, use_responses_api=False, stream_usage=True
    )


def openai_responses(key: str) -> Chat:
    """Responses."""
    return partial(ChatOpenAI, base_url=f"{URL}/v1", api_key=key, max_retries=0, use_responses_api=True)


def anthropic(key: str) -> Chat:
    """Messages."""
    return partial(ChatAnthropic, base_url=URL, api_key=key, max_retries=0)


def google(key: str) -> Chat:
    """Gemini."""
    return partial(ChatGoogleGenerativeAI, base_url=URL, api_key=key, max_retries=1)


class Ways:
    """One chat model, asked; satisfies telling.Ways."""

    def __init__(self, name: str, make: Callable[[str], Chat], key: str) -> None:
        self._name, self._chat = name, make(key)

    def _asked(self, content: Any) -> list[Any]:
        return [SystemMessage(ASKED["system"]), HumanMessage(content)]

    def plain(self, model: str) -> Any:
        return _heard(self._chat(model=model).invoke(self._asked(question(self._name))))

    def streamed(self, model: str) -> Any:
        answer, pieces = _joined(self._chat(model=model).stream(self._asked(question(self._name))))
        return {**_heard(answer), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        function = {"type": "function", "function": ASKED["tool"]}
        chat = self._chat(model=model, **(THINKING[self._name] if thinking else {})).bind_tools([function])
        history = self._asked(question(self._name))
        first = _joined(chat.stream(history))[0] if streamed else chat.invoke(history)
        results = [ToolMessage(result(call["args"]), tool_call_id=call["id"]) for call in first.tool_calls]
        last = chat.invoke([*history, first, *results])
        calls = [[call["name"], call["args"]] for call in first.tool_calls]
        thoughts = [block.get("reasoning", "") for block in first.content_blocks if block["type"] == "reasoning"]
        return heard_of_tools(calls, _stop(first), str(last.text), "".join(thoughts))

    def schema(self, model: str) -> Any:
        asking = self._chat(model=model).with_structured_output(
            {"title": "trip", **ASKED["schema"]}, method="json_schema"
        )
        return {"value": asking.invoke(self._asked(question(self._name)))}

    def image(self, model: str) -> Any:
        picture = {"type": "image", "base64": ASKED["image"]["data"], "mime_type": ASKED["image"]["type"]}
        return _heard(
            self._chat(model=model).invoke(self._asked([{"type": "text", "text": question(self._name)}, picture]))
        )


def _joined(stream: Any) -> tuple[Any, int]:
    """The whole of a stream, and how many of its pieces have words."""
    chunks = list(stream)
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return whole, sum(bool(chunk.text) for chunk in chunks)


def _stop(answer: AIMessage) -> Any:
    told = answer.response_metadata
    return told.get("finish_reason") or told.get("stop_reason") or told.get("status")


def _heard(answer: AIMessage) -> dict[str, Any]:
    told: Any = answer.usage_metadata
    tokens = usage(told["input_tokens"], told["input_token_details"].get("cache_read"), told["output_tokens"])
    return {"text": str(answer.text), "stop": _stop(answer), "usage": tokens}


for name, make in {
    "langchain-openai-chat": openai_chat,
    "langchain-openai-responses": openai_responses,
    "langchain-anthropic": anthropic,
    "langchain-google": google,
}.items():
    tell(name, partial(Ways, name, make))
