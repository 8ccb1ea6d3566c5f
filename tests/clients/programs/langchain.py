"""LangChain's chat models of three makers; OpenAI's by Chat and by Responses."""

from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI

from tests.clients.programs.telling import ASKED, question, result, tell, usage

URL = ASKED["url"]
Chat = Callable[[str], Any]


def openai_chat(key: str) -> Chat:
    """Chat Completions."""
    return lambda model: ChatOpenAI(
        model=model, base_url=f"{URL}/v1", api_key=key, max_retries=0, use_responses_api=False, stream_usage=True
    )


def openai_responses(key: str) -> Chat:
    """Responses."""
    return lambda model: ChatOpenAI(
        model=model, base_url=f"{URL}/v1", api_key=key, max_retries=0, use_responses_api=True
    )


def anthropic(key: str) -> Chat:
    """Messages."""
    return lambda model: ChatAnthropic(model=model, base_url=URL, api_key=key, max_retries=0, max_tokens=500)


def google(key: str) -> Chat:
    """Gemini."""
    return lambda model: ChatGoogleGenerativeAI(model=model, base_url=URL, api_key=key, max_retries=1)


class Ways:
    """One chat model, asked; satisfies telling.Ways."""

    def __init__(self, name: str, make: Callable[[str], Chat], key: str) -> None:
        self._name, self._chat = name, make(key)

    def _asked(self, content: Any) -> list[Any]:
        return [SystemMessage(ASKED["system"]), HumanMessage(content)]

    def plain(self, model: str) -> Any:
        return _heard(self._chat(model).invoke(self._asked(question(self._name))))

    def streamed(self, model: str) -> Any:
        answer, pieces = _joined(self._chat(model).stream(self._asked(question(self._name))))
        return {**_heard(answer), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool) -> Any:
        function = {"type": "function", "function": ASKED["tool"]}
        chat = self._chat(model).bind_tools([function])
        history = self._asked(question(self._name))
        first = _joined(chat.stream(history))[0] if streamed else chat.invoke(history)
        results = [ToolMessage(result(call["args"]), tool_call_id=call["id"]) for call in first.tool_calls]
        last = chat.invoke([*history, first, *results])
        calls = [[call["name"], call["args"]] for call in first.tool_calls]
        return {"calls": calls, "stop": _stop(first), "text": str(last.text)}

    def schema(self, model: str) -> Any:
        asking = self._chat(model).with_structured_output({"title": "trip", **ASKED["schema"]}, method="json_schema")
        return {"value": asking.invoke(self._asked(question(self._name)))}

    def image(self, model: str) -> Any:
        picture = {"type": "image", "base64": ASKED["image"]["data"], "mime_type": ASKED["image"]["type"]}
        return _heard(self._chat(model).invoke(self._asked([{"type": "text", "text": question(self._name)}, picture])))


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
