"""Anthropic's Python SDK."""

import json
from typing import Any

from anthropic import Anthropic

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

NAME = "anthropic"


class Messages:
    """Messages; satisfies telling.Ways."""

    def __init__(self, key: str) -> None:
        self._client: Any = Anthropic(base_url=ASKED["url"], api_key=key, max_retries=0)

    def _body(self, model: str, content: Any = None, **more: Any) -> dict[str, Any]:
        messages = [{"role": "user", "content": content or question(NAME)}]
        return {"model": model, "max_tokens": 500, "system": ASKED["system"], "messages": messages, **more}

    def _streamed(self, body: dict[str, Any]) -> tuple[Any, int]:
        with self._client.messages.stream(**body) as stream:
            pieces = sum(event.type == "text" for event in stream)
            return stream.get_final_message(), pieces

    def plain(self, model: str) -> Any:
        return _heard(self._client.messages.create(**self._body(model)))

    def streamed(self, model: str) -> Any:
        answer, pieces = self._streamed(self._body(model))
        return {**_heard(answer), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        tool = ASKED["tool"]
        declared = {"name": tool["name"], "description": tool["description"], "input_schema": tool["parameters"]}
        body = self._body(model, tools=[declared])
        if thinking:
            body |= {"max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
        first = self._streamed(body)[0] if streamed else self._client.messages.create(**body)
        blocks = [block for block in first.content if block.type == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": block.id, "content": result(block.input)} for block in blocks]
        body["messages"] += [{"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
        last = self._client.messages.create(**body)
        calls = [[block.name, block.input] for block in blocks]
        thoughts = [block.thinking for block in first.content if block.type == "thinking"]
        return heard_of_tools(calls, first.stop_reason, last.content[0].text, "".join(thoughts))

    def schema(self, model: str) -> Any:
        form = {"type": "json_schema", "schema": ASKED["schema"]}
        answer = self._client.messages.create(**self._body(model, output_config={"format": form}))
        return {"value": json.loads(answer.content[0].text)}

    def image(self, model: str) -> Any:
        source = {"type": "base64", "media_type": ASKED["image"]["type"], "data": ASKED["image"]["data"]}
        content = [{"type": "text", "text": question(NAME)}, {"type": "image", "source": source}]
        return _heard(self._client.messages.create(**self._body(model, content)))

    def models(self) -> Any:
        ids = [model.id for model in self._client.models.list()]
        return {"ids": ids, "one": self._client.models.retrieve("chat-plain").id}


def _heard(answer: Any) -> dict[str, Any]:
    told = answer.usage
    cached = told.cache_read_input_tokens
    tokens = usage(told.input_tokens + (cached or 0), cached, told.output_tokens)
    return {"text": "".join(block.text for block in answer.content), "stop": answer.stop_reason, "usage": tokens}


tell(NAME, Messages)
