"""What an answer says: the outside oracle's view of it, and what the specification reads there besides.

The oracle knows the makers' plain fields. What wire.md and gateway.md read in an answer that the oracle does not, or
reads otherwise, is read here: by the same rules in what a provider said and in what a caller was told, each with the
requirement that it rests on. Nothing of the product is imported here.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.kit.recordings import CHAT, CONVERSE, RESPONSES, seen

View = dict[str, Any]
_THOUGHT = ("<think>", "</think>")
_SPACES = (",", ":")
ENDED = ("response.completed", "response.incomplete")


def read(dialect: str, response: dict[str, Any]) -> View:
    """Text, reasoning, tools, stop, usage, error and whether it is complete; what cannot be read raises."""
    view = seen(dialect, response)
    for rule in RULES.get(dialect, ()):
        view = {**view, **rule(view, response)}
    return view


def _body(response: dict[str, Any]) -> dict[str, Any]:
    """The body of a whole answer, or what stands for one at the end of a stream of Responses."""
    if "body" in response and "events" not in response:
        return dict(response["body"])
    ends = (event["response"] for event in events(response) if event.get("type") in ENDED)
    return dict(next(ends, {}))


def events(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the events of a text stream hold."""
    lines = response.get("sse_text", "").replace("\r\n", "\n").split("\n")
    for data in (line.removeprefix("data:").strip() for line in lines if line.startswith("data:")):
        if data != "[DONE]":
            yield json.loads(data)


def _inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value, at any depth."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


def _said(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object in an answer, whole or streamed."""
    return _inside([response.get("body"), response.get("events"), *events(response)])


def _refused(view: View, response: dict[str, Any]) -> View:
    """T29: words of refusal are a refusal; these dialects tell it in a field of its own beside a plain stop."""
    refused = any(isinstance(one.get("refusal"), str) and one["refusal"] for one in _said(response))
    return {"stop": "filter"} if refused else {}


def _forced(view: View, response: dict[str, Any]) -> View:
    """T26: Chat may say `stop` beside tool calls, where a forced choice was met."""
    return {"stop": "tool"} if view["tools"] and view["stop"] == "stop" else {}


def _thought(view: View, response: dict[str, Any]) -> View:
    """T41: what stands between tags before the words is thinking."""
    if not view["text"].lstrip().startswith(_THOUGHT[0]):
        return {}
    return {"text": view["text"].partition(_THOUGHT[1])[2].lstrip()}


def _object(view: View, response: dict[str, Any]) -> View:
    """Content that is a JSON object is read as its text."""
    choices = (response.get("body") or {}).get("choices") or [{}]
    content = (choices[0].get("message") or {}).get("content")
    return {"text": json.dumps(content, separators=_SPACES, ensure_ascii=False)} if isinstance(content, dict) else {}


def _odd(view: View, response: dict[str, Any]) -> View:
    """U2: more tokens from the cache than in the prompt: the prompt's count stands, and none was read from a cache."""
    usage = view["usage"]
    odd = (usage.get("cache_read") or 0) > (usage.get("in") or 0)
    return {"usage": {**usage, "cache_read": 0}} if odd else {}


def _free_text(view: View, response: dict[str, Any]) -> View:
    """T22: a call of a tool that takes free text is a function's with that text."""
    chat = [one["custom"] for one in _said(response) if one.get("type") == "custom" and "custom" in one]
    calls = chat + [one for one in _body(response).get("output") or [] if one["type"] == "custom_tool_call"]
    tools = [{"name": call["name"], "args": {"input": call["input"]}} for call in calls]
    named = [tool for tool in view["tools"] if tool["name"]]
    return {"tools": [*named, *tools], "stop": "tool"} if tools else {}


def _written(view: View, response: dict[str, Any]) -> View:
    """What was written to a cache stands among the details of the input."""
    details = (_body(response).get("usage") or {}).get("input_tokens_details") or {}
    return {"usage": {**view["usage"], "cache_write": details.get("cache_write_tokens") or 0}}


def _cited(view: View, response: dict[str, Any]) -> View:
    """T46: words among citations are words of the answer."""
    message = ((response.get("body") or {}).get("output") or {}).get("message") or {}
    pieces = message.get("content") or []
    if not any("citationsContent" in piece for piece in pieces):
        return {}
    texts = [
        piece["citationsContent"].get("content", []) if "citationsContent" in piece else [piece] for piece in pieces
    ]
    return {"text": "".join(one.get("text", "") for said in texts for one in said)}


def _hosts_own(view: View, response: dict[str, Any]) -> View:
    """A call that the host ran itself asks nobody for anything, and is no call of the caller's tools."""
    own = {one.get("name") for one in _said(response) if one.get("type") == "server_tool_use"}
    return {"tools": [tool for tool in view["tools"] if tool["name"] not in own]}


RULES: dict[str, tuple[Callable[[View, dict[str, Any]], View], ...]] = {
    CHAT: (_refused, _free_text, _forced, _thought, _object, _odd),
    RESPONSES: (_refused, _free_text, _written),
    CONVERSE: (_cited, _hosts_own),
}
