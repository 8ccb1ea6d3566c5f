"""OpenAI's Python SDK, by Chat Completions and by Responses."""

import json
from functools import partial
from typing import Any

from openai import OpenAI

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage


class Client:
    """What both have in common: the connection and the models."""

    def __init__(self, name: str, key: str) -> None:
        self._name = name
        self._client: Any = OpenAI(base_url=f"{ASKED['url']}/v1", api_key=key, max_retries=0)

    def models(self) -> Any:
        ids = [model.id for model in self._client.models.list()]
        return {"ids": ids, "one": self._client.models.retrieve("chat-plain").id}


class Chat(Client):
    """Chat Completions; satisfies telling.Ways."""

    def _body(self, model: str, content: Any = None, **more: Any) -> dict[str, Any]:
        asked = {"role": "user", "content": content or question(self._name)}
        return {"model": model, "messages": [{"role": "system", "content": ASKED["system"]}, asked], **more}

    def _streamed(self, body: dict[str, Any]) -> tuple[Any, int]:
        with self._client.chat.completions.stream(**body, stream_options={"include_usage": True}) as stream:
            pieces = sum(event.type == "content.delta" for event in stream)
            return stream.get_final_completion(), pieces

    def plain(self, model: str) -> Any:
        return self._heard(self._client.chat.completions.create(**self._body(model)))

    def streamed(self, model: str) -> Any:
        answer, pieces = self._streamed(self._body(model))
        return {**self._heard(answer), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        function = {**ASKED["tool"], "strict": True}
        more = {"reasoning_effort": "low"} if thinking else {}
        body = self._body(model, tools=[{"type": "function", "function": function}], **more)
        first = self._streamed(body)[0] if streamed else self._client.chat.completions.create(**body)
        message = first.choices[0].message
        calls = [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls]
        body["messages"] += [message.model_dump(exclude_none=True)] + [
            {"role": "tool", "tool_call_id": call.id, "content": result(arguments)}
            for call, (_, arguments) in zip(message.tool_calls, calls, strict=True)
        ]
        last = self._client.chat.completions.create(**body)
        # A field that this dialect's own maker does not have.
        thoughts = getattr(message, "reasoning_content", None)
        return heard_of_tools(calls, first.choices[0].finish_reason, last.choices[0].message.content, thoughts)

    def schema(self, model: str) -> Any:
        form = {"type": "json_schema", "json_schema": {"name": "trip", "strict": True, "schema": ASKED["schema"]}}
        answer = self._client.chat.completions.create(**self._body(model, response_format=form))
        return {"value": json.loads(answer.choices[0].message.content)}

    def image(self, model: str) -> Any:
        picture = {"type": "image_url", "image_url": {"url": ASKED["image"]["url"]}}
        body = self._body(model, [{"type": "text", "text": question(self._name)}, picture])
        return self._heard(self._client.chat.completions.create(**body))

    def _heard(self, answer: Any) -> dict[str, Any]:
        told, choice = answer.usage, answer.choices[0]
        tokens = usage(told.prompt_tokens, told.prompt_tokens_details.cached_tokens, told.completion_tokens)
        return {"text": choice.message.content, "stop": choice.finish_reason, "usage": tokens}


class Responses(Client):
    """Responses, kept nowhere; satisfies telling.Ways."""

    def _body(self, model: str, content: Any = None, **more: Any) -> dict[str, Any]:
        asked = {"role": "user", "content": content or question(self._name)}
        return {"model": model, "instructions": ASKED["system"], "input": [asked], "store": False, **more}

    def _streamed(self, body: dict[str, Any]) -> tuple[Any, int]:
        with self._client.responses.stream(**body) as stream:
            pieces = sum(event.type == "response.output_text.delta" for event in stream)
            return stream.get_final_response(), pieces

    def plain(self, model: str) -> Any:
        return self._heard(self._client.responses.create(**self._body(model)))

    def streamed(self, model: str) -> Any:
        answer, pieces = self._streamed(self._body(model))
        return {**self._heard(answer), "pieces": pieces}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        reasoning = {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
        tools = [{"type": "function", "strict": True, **ASKED["tool"]}]
        body = self._body(model, tools=tools, **(reasoning if thinking else {}))
        first = self._streamed(body)[0] if streamed else self._client.responses.create(**body)
        items = [item for item in first.output if item.type == "function_call"]
        calls = [[item.name, json.loads(item.arguments)] for item in items]
        body["input"] += [item.model_dump(exclude_none=True) for item in first.output] + [
            {"type": "function_call_output", "call_id": item.call_id, "output": result(arguments)}
            for item, (_, arguments) in zip(items, calls, strict=True)
        ]
        last = self._client.responses.create(**body)
        thoughts = [piece.text for item in first.output if item.type == "reasoning" for piece in item.summary]
        return heard_of_tools(calls, first.status, last.output_text, "".join(thoughts))

    def schema(self, model: str) -> Any:
        form = {"type": "json_schema", "name": "trip", "strict": True, "schema": ASKED["schema"]}
        answer = self._client.responses.create(**self._body(model, text={"format": form}))
        return {"value": json.loads(answer.output_text)}

    def image(self, model: str) -> Any:
        picture = {"type": "input_image", "image_url": ASKED["image"]["url"], "detail": "auto"}
        body = self._body(model, [{"type": "input_text", "text": question(self._name)}, picture])
        return self._heard(self._client.responses.create(**body))

    def _heard(self, answer: Any) -> dict[str, Any]:
        told = answer.usage
        tokens = usage(told.input_tokens, told.input_tokens_details.cached_tokens, told.output_tokens)
        return {"text": answer.output_text, "stop": answer.status, "usage": tokens}


tell("openai-chat", partial(Chat, "openai-chat"))
tell("openai-responses", partial(Responses, "openai-responses"))
