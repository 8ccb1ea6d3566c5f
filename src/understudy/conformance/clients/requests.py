"""What a client's request says, read by hand in each of four dialects: words, tools on offer, results, form."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offered:
    """A tool as the request offers it: its name, and the JSON schema of its arguments, unless it takes free text."""

    name: str
    schema: dict[str, Any]
    free: bool = False


@dataclass(frozen=True)
class Seen:
    """A request: all words of the client's side, the results of calls, what was offered, the form that is asked for."""

    said: str
    results: str
    offered: tuple[Offered, ...]
    form: dict[str, Any] | None
    streamed: bool


def read_chat(body: dict[str, Any], path: str) -> Seen:
    """OpenAI Chat Completions."""
    messages = body["messages"]
    functions = [tool["function"] for tool in body.get("tools") or () if tool.get("type") == "function"]
    form = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    return Seen(
        _joined(message.get("content") for message in messages if message["role"] not in ("assistant", "tool")),
        _joined(message.get("content") for message in messages if message["role"] == "tool"),
        tuple(Offered(one["name"], one.get("parameters") or {}) for one in functions),
        form,
        bool(body.get("stream")),
    )


def read_responses(body: dict[str, Any], path: str) -> Seen:
    """OpenAI Responses."""
    asked = body["input"]
    items = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    declared = [*(body.get("tools") or ()), *(tool for item in items for tool in item.get("tools") or ())]
    form = ((body.get("text") or {}).get("format") or {}).get("schema")
    words = (item.get("content") for item in items if item.get("role") not in (None, "assistant"))
    return Seen(
        _joined((body.get("instructions"), *words)),
        _joined(item.get("output") for item in items if str(item.get("type")).endswith("call_output")),
        tuple(_offered(declared)),
        form,
        bool(body.get("stream")),
    )


def read_messages(body: dict[str, Any], path: str) -> Seen:
    """Anthropic Messages."""
    blocks = [block for message in body["messages"] if message["role"] != "assistant" for block in _blocks(message)]
    form = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    return Seen(
        _joined((body.get("system"), [block for block in blocks if block["type"] == "text"])),
        _joined(block.get("content") for block in blocks if block["type"] == "tool_result"),
        tuple(
            Offered(tool["name"], tool["input_schema"]) for tool in body.get("tools") or () if "input_schema" in tool
        ),
        form,
        bool(body.get("stream")),
    )


def read_gemini(body: dict[str, Any], path: str) -> Seen:
    """Gemini generateContent."""
    parts = [part for one in body["contents"] if one.get("role") != "model" for part in one["parts"]]
    config = body.get("generationConfig") or {}
    declared = [one for tool in body.get("tools") or () for one in tool.get("functionDeclarations") or ()]
    return Seen(
        _joined((body.get("systemInstruction") or {}).get("parts", [])) + "\n" + _joined([parts]),
        "\n".join(json.dumps(part["functionResponse"]["response"]) for part in parts if "functionResponse" in part),
        tuple(Offered(one["name"], one.get("parametersJsonSchema") or one.get("parameters") or {}) for one in declared),
        config.get("responseJsonSchema") or config.get("responseSchema"),
        "streamGenerateContent" in path,
    )


# Paths end so, or in a Gemini verb; each has the dialect's name and its reader.
ENDS: dict[str, tuple[str, Callable[[dict[str, Any], str], Seen]]] = {
    "/chat/completions": ("chat", read_chat),
    "/responses": ("responses", read_responses),
    "/messages": ("messages", read_messages),
    ":generateContent": ("gemini", read_gemini),
    ":streamGenerateContent": ("gemini", read_gemini),
}


def _offered(tools: Iterable[dict[str, Any]]) -> Iterator[Offered]:
    """The tools of Responses that its client runs, those in namespaces too."""
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from _offered(tool["tools"])
        elif tool.get("type") in ("function", "custom"):
            yield Offered(tool["name"], tool.get("parameters") or {}, free=tool["type"] == "custom")


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _joined(contents: Iterable[Any]) -> str:
    return "\n".join(words for content in contents for words in _words(content))


def _words(content: Any) -> Iterator[str]:
    """The texts in a content: a string, one part, or a list of parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        yield str(content.get("text") or "")
    elif isinstance(content, list):
        for part in content:
            yield from _words(part)
