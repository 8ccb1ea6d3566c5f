"""What an upstream was sent, read from the bodies of four dialects by hand, so that the clients' requests compare."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.clients.said import Dialect


@dataclass
class Received:
    """One request, in no dialect's words. `calls` and `results` are by id, or by name and place where there is none."""

    system: str = ""
    texts: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    calls: dict[str, tuple[str, Any]] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    schema: dict[str, Any] | None = None
    # Thinking with its seal; where that stands on a call, without words.
    seals: list[tuple[str, str | None]] = field(default_factory=list)
    thinks: bool = False

    def called(self, identity: str | None, name: str, arguments: Any) -> None:
        """Note a call."""
        self.calls[identity or f"{name} {len(self.calls)}"] = (name, arguments)

    def answered(self, identity: str | None, name: str, result: str) -> None:
        """Note a result."""
        self.results[identity or f"{name} {len(self.results)}"] = result

    @property
    def pairs(self) -> list[tuple[str, Any, str | None]]:
        """Every call with the result that answers it."""
        return [(name, arguments, self.results.get(identity)) for identity, (name, arguments) in self.calls.items()]


def received(dialect: Dialect, body: dict[str, Any]) -> Received:
    """A body of a dialect, read."""
    return READERS[dialect](body)


def _chat(body: dict[str, Any]) -> Received:
    got = Received()
    for message in body["messages"]:
        match message["role"]:
            case "system" | "developer":
                got.system += _text(message["content"])
            case "tool":
                got.answered(message["tool_call_id"], "", _text(message["content"]))
            case "assistant":
                for call in message.get("tool_calls") or ():
                    got.called(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
            case "user":
                got.texts.append(_text(message["content"]))
                got.images += [_data(one["image_url"]["url"]) for one in _of(message["content"], "image_url")]
    functions = [tool["function"] for tool in body.get("tools") or ()]
    got.tools = {function["name"]: function["parameters"] for function in functions}
    got.thinks = "reasoning_effort" in body
    got.schema = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    return got


def _responses(body: dict[str, Any]) -> Received:
    got = Received(system=body.get("instructions") or "")
    items = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
    for item in items:
        match item.get("type", "message"):
            case "reasoning":
                got.seals.append((_text(item["summary"]), item.get("encrypted_content")))
            case "function_call":
                got.called(item["call_id"], item["name"], json.loads(item["arguments"]))
            case "function_call_output":
                got.answered(item["call_id"], "", _text(item["output"]))
            case "message" if item["role"] in ("system", "developer"):
                got.system += _text(item["content"])
            case "message" if item["role"] == "user":
                got.texts.append(_text(item["content"]))
                got.images += [_data(one["image_url"]) for one in _of(item["content"], "input_image")]
    got.tools = {tool["name"]: tool["parameters"] for tool in body.get("tools") or ()}
    got.thinks = "effort" in (body.get("reasoning") or {})
    got.schema = ((body.get("text") or {}).get("format") or {}).get("schema")
    return got


def _messages(body: dict[str, Any]) -> Received:
    got = Received(system=_text(body.get("system") or ""))
    for message in body["messages"]:
        got.seals += [(block["thinking"], block["signature"]) for block in _of(message["content"], "thinking")]
        for call in _of(message["content"], "tool_use"):
            got.called(call["id"], call["name"], call["input"])
        for result in _of(message["content"], "tool_result"):
            got.answered(result["tool_use_id"], "", _text(result["content"]))
        if message["role"] == "user":
            got.texts.append(_text(message["content"]))
            sources = [image["source"] for image in _of(message["content"], "image")]
            got.images += [(source["media_type"], source["data"]) for source in sources]
    got.tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools") or ()}
    got.thinks = (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")
    got.schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    return got


def _gemini(body: dict[str, Any]) -> Received:
    body = _camel(body)
    got = Received(system=_text((body.get("systemInstruction") or {}).get("parts") or ""))
    for content in body["contents"]:
        for part in content["parts"]:
            if seal := part.get("thoughtSignature"):
                got.seals.append((part.get("text", ""), _standard(seal)))
            if call := part.get("functionCall"):
                got.called(call.get("id"), call["name"], call.get("args") or {})
            elif result := part.get("functionResponse"):
                got.answered(result.get("id"), result["name"], json.dumps(result["response"]))
            elif image := part.get("inlineData"):
                got.images.append((image["mimeType"], _standard(image["data"])))
        if content["role"] == "user":
            got.texts.append(_text(content["parts"]))
    declared = [one for tool in body.get("tools") or () for one in tool["functionDeclarations"]]
    got.tools = {one["name"]: one.get("parametersJsonSchema") or one["parameters"] for one in declared}
    config = body.get("generationConfig") or {}
    got.thinks = bool((config.get("thinkingConfig") or {}).get("includeThoughts"))
    got.schema = config.get("responseJsonSchema") or config.get("responseSchema")
    return got


# What a caller names by itself: no field of the API.
_OWN = ("args", "response", "properties")


def _camel(value: Any) -> Any:
    """Fields in one spelling: the API reads both, and clients mix them."""
    if isinstance(value, list):
        return [_camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    spelt = {re.sub(r"_([a-z])", lambda found: found[1].upper(), name): one for name, one in value.items()}
    return {name: one if name in _OWN else _camel(one) for name, one in spelt.items()}


READERS: dict[Dialect, Callable[[dict[str, Any]], Received]] = {
    "chat": _chat,
    "responses": _responses,
    "messages": _messages,
    "gemini": _gemini,
}


def _text(content: Any) -> str:
    """The words of a content that is a text or a list of parts."""
    return content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)


def _of(content: Any, kind: str) -> Iterator[dict[str, Any]]:
    """The parts of one type."""
    return (part for part in content if isinstance(part, dict) and part.get("type") == kind)


def _standard(data: str) -> str:
    """Base64 in one alphabet: Gemini reads both, and a body of this dialect passes as its client wrote it."""
    return data.replace("-", "+").replace("_", "/")


def _data(url: str) -> tuple[str, str]:
    """Media type and base64 of a data URL."""
    head, _, data = url.partition(",")
    return head.removeprefix("data:").removesuffix(";base64"), data
