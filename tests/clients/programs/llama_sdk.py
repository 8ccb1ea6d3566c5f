"""The Llama API's Python SDK."""

import json
from typing import Any

from llama_api_client import LlamaAPIClient

from tests.clients.programs.telling import ASKED, heard_of_tools, question, result, tell, usage

NAME = "llama"


class Chat:
    """The native shape; satisfies telling.Ways."""

    def __init__(self, key: str) -> None:
        self._client: Any = LlamaAPIClient(base_url=f"{ASKED['url']}/llama/v1", api_key=key, max_retries=0)

    def _body(self, model: str, content: Any = None, **more: Any) -> dict[str, Any]:
        asked = {"role": "user", "content": content or question(NAME)}
        return {"model": model, "messages": [{"role": "system", "content": ASKED["system"]}, asked], **more}

    def plain(self, model: str) -> Any:
        answer = self._client.chat.completions.create(**self._body(model))
        said = answer.completion_message
        return {"text": said.content.text, "stop": said.stop_reason, "usage": _usage(answer.metrics)}

    def streamed(self, model: str) -> Any:
        events = [chunk.event for chunk in self._client.chat.completions.create(**self._body(model), stream=True)]
        words = [event.delta.text for event in events if event.delta.type == "text" and event.delta.text]
        stop = next(event.stop_reason for event in events if event.event_type == "complete")
        told = next(event.metrics for event in events if event.event_type == "metrics")
        return {"text": "".join(words), "stop": stop, "usage": _usage(told), "pieces": len(words)}

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        body = self._body(model, tools=[{"type": "function", "function": ASKED["tool"]}])
        message, stop = self._called(body, streamed=streamed)
        calls = [
            [call["function"]["name"], json.loads(call["function"]["arguments"])] for call in message["tool_calls"]
        ]
        body["messages"] += [message] + [
            {"role": "tool", "tool_call_id": call["id"], "content": result(arguments)}
            for call, (_, arguments) in zip(message["tool_calls"], calls, strict=True)
        ]
        last = self._client.chat.completions.create(**body)
        return heard_of_tools(calls, stop, last.completion_message.content.text)

    def _called(self, body: dict[str, Any], *, streamed: bool) -> tuple[Any, Any]:
        """The message that calls, and why the model stopped."""
        if not streamed:
            message = self._client.chat.completions.create(**body).completion_message
            return message.model_dump(exclude_none=True), message.stop_reason
        calls: list[Any] = []
        stop = None
        for chunk in self._client.chat.completions.create(**body, stream=True):
            delta = chunk.event.delta
            stop = chunk.event.stop_reason or stop
            if delta.type != "tool_call":
                continue
            if delta.id and (not calls or calls[-1]["id"] != delta.id):
                calls.append({"id": delta.id, "function": {"name": "", "arguments": ""}})
            calls[-1]["function"]["name"] += delta.function.name or ""
            calls[-1]["function"]["arguments"] += delta.function.arguments or ""
        return {"role": "assistant", "content": "", "tool_calls": calls, "stop_reason": stop}, stop

    def schema(self, model: str) -> Any:
        form = {"type": "json_schema", "json_schema": {"name": "trip", "schema": ASKED["schema"]}}
        answer = self._client.chat.completions.create(**self._body(model, response_format=form))
        return {"value": json.loads(answer.completion_message.content.text)}

    def image(self, model: str) -> Any:
        picture = {"type": "image_url", "image_url": {"url": ASKED["image"]["url"]}}
        answer = self._client.chat.completions.create(
            **self._body(model, [{"type": "text", "text": question(NAME)}, picture])
        )
        said = answer.completion_message
        return {"text": said.content.text, "stop": said.stop_reason, "usage": _usage(answer.metrics)}

    def models(self) -> Any:
        ids = [model.id for model in self._client.models.list()]
        return {"ids": ids, "one": self._client.models.retrieve("chat-plain").id}


def _usage(metrics: Any) -> dict[str, int | None]:
    told = {metric.metric: int(metric.value) for metric in metrics}
    return usage(told["num_prompt_tokens"], None, told["num_completion_tokens"])


tell(NAME, Chat)
