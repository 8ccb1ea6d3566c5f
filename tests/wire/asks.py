"""Conversations as callers write them and as upstreams get them, in six dialects: written, and read again.

A conversation is a list of turns, each a role (system, developer, user, assistant) and pieces. The forms are the plain
ones of each dialect; a test that is about another form writes it out.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tests.wire.house import A, C, Dialect, G, L, R, V

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


class Text(NamedTuple):
    """Words."""

    text: str


class Call(NamedTuple):
    """A call of a tool; a text in place of the arguments' object is what could not be read as one."""

    id: str | None
    name: str
    arguments: Any


class Result(NamedTuple):
    """What a tool gave back. Not every dialect tells the tool's name, or whether it failed."""

    id: str | None
    text: str
    name: str = ""
    failed: bool = False


Piece = Text | Call | Result
Turn = tuple[str, list[Piece]]


def user(text: str) -> Turn:
    """A user's turn of words."""
    return ("user", [Text(text)])


def assistant(*pieces: Piece) -> Turn:
    """A turn of the model's."""
    return ("assistant", list(pieces))


def results(*pieces: Piece) -> Turn:
    """A user's turn with results."""
    return ("user", list(pieces))


ASK = [user("How is the harbour?")]


def written(dialect: Dialect, turns: Sequence[Turn], *tools: str, **fields: Any) -> dict[str, Any]:
    """A request: a conversation, tools of these names with one schema, and fields of the dialect's own."""
    body = _WRITERS[dialect](turns)
    if tools:
        body |= offered(dialect, *((name, SCHEMA) for name in tools))
    return body | fields


def offered(dialect: Dialect, *tools: tuple[str, Any]) -> dict[str, Any]:
    """The fields that offer tools, each a name and a schema."""
    if dialect in (C, L):
        functions = [{"name": name, "parameters": schema} for name, schema in tools]
        return {"tools": [{"type": "function", "function": one} for one in functions]}
    if dialect == R:
        return {"tools": [{"type": "function", "name": name, "parameters": schema} for name, schema in tools]}
    if dialect == A:
        return {"tools": [{"name": name, "input_schema": schema} for name, schema in tools]}
    if dialect == G:
        functions = [{"name": name, "parametersJsonSchema": schema} for name, schema in tools]
        return {"tools": [{"functionDeclarations": functions}]}
    specs = [{"name": name, "inputSchema": {"json": schema}} for name, schema in tools]
    return {"toolConfig": {"tools": [{"toolSpec": one} for one in specs]}}


def read(dialect: Dialect, body: Any) -> list[Turn]:
    """The conversation that a body holds, instructions first where they stand apart."""
    return list(_READERS[dialect](body))


def schemas(upstream: Dialect, body: Any) -> dict[str, Any]:
    """The schemas of the tools that a body offers, by their names."""
    if upstream in (C, L):
        return {one["function"]["name"]: one["function"].get("parameters") for one in body["tools"]}
    if upstream == R:
        return {one["name"]: one.get("parameters") for one in body["tools"]}
    if upstream == A:
        return {one["name"]: one.get("input_schema") for one in body["tools"]}
    if upstream == G:
        functions = [one for tool in body["tools"] for one in tool["functionDeclarations"]]
        return {one["name"]: one.get("parametersJsonSchema") for one in functions}
    specs = [one["toolSpec"] for one in body["toolConfig"]["tools"]]
    return {one["name"]: one["inputSchema"]["json"] for one in specs}


def _chat(turns: Sequence[Turn]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    for role, pieces in turns:
        messages += [
            {"role": "tool", "tool_call_id": one.id, "content": one.text} for one in pieces if isinstance(one, Result)
        ]
        words = "".join(one.text for one in pieces if isinstance(one, Text))
        calls = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": _text(one.arguments)}}
            for one in pieces
            if isinstance(one, Call)
        ]
        if calls:
            messages.append({"role": role, "content": words or None, "tool_calls": calls})
        elif words:
            messages.append({"role": role, "content": words})
    return {"messages": messages}


def _llama(turns: Sequence[Turn]) -> dict[str, Any]:
    body = _chat(turns)
    for message in body["messages"]:
        if "tool_calls" in message:
            message["content"] = message["content"] or ""
            message["tool_calls"] = [{"id": one["id"], "function": one["function"]} for one in message["tool_calls"]]
    return body


def _responses(turns: Sequence[Turn]) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for role, pieces in turns:
        for one in pieces:
            if isinstance(one, Text):
                items.append({"role": role, "content": one.text})
            elif isinstance(one, Call):
                call = {"call_id": one.id, "name": one.name, "arguments": _text(one.arguments)}
                items.append({"type": "function_call", **call})
            else:
                items.append({"type": "function_call_output", "call_id": one.id, "output": one.text})
    return {"input": items, "store": False}


def _messages(turns: Sequence[Turn]) -> dict[str, Any]:
    system = [{"type": "text", "text": one.text} for role, pieces in turns if role in _APART for one in _words(pieces)]
    messages = [
        {"role": role, "content": [_block(one) for one in pieces]} for role, pieces in turns if role not in _APART
    ]
    return {"max_tokens": 64, **({"system": system} if system else {}), "messages": messages}


def _block(piece: Piece) -> dict[str, Any]:
    if isinstance(piece, Text):
        return {"type": "text", "text": piece.text}
    if isinstance(piece, Call):
        return {"type": "tool_use", "id": piece.id, "name": piece.name, "input": piece.arguments}
    failed = {"is_error": True} if piece.failed else {}
    return {"type": "tool_result", "tool_use_id": piece.id, "content": piece.text, **failed}


def _gemini(turns: Sequence[Turn]) -> dict[str, Any]:
    system = [{"text": one.text} for role, pieces in turns if role in _APART for one in _words(pieces)]
    contents = [
        {"role": "model" if role == "assistant" else "user", "parts": [_part(one) for one in pieces]}
        for role, pieces in turns
        if role not in _APART
    ]
    return {**({"systemInstruction": {"parts": system}} if system else {}), "contents": contents}


def _part(piece: Piece) -> dict[str, Any]:
    if isinstance(piece, Text):
        return {"text": piece.text}
    named = {"name": piece.name, **({} if piece.id is None else {"id": piece.id})}
    if isinstance(piece, Call):
        return {"functionCall": {**named, "args": piece.arguments}}
    return {"functionResponse": {**named, "response": {"error" if piece.failed else "output": piece.text}}}


def _converse(turns: Sequence[Turn]) -> dict[str, Any]:
    system = [{"text": one.text} for role, pieces in turns if role in _APART for one in _words(pieces)]
    messages = [
        {"role": role, "content": [_content(one) for one in pieces]} for role, pieces in turns if role not in _APART
    ]
    return {**({"system": system} if system else {}), "messages": messages}


def _content(piece: Piece) -> dict[str, Any]:
    if isinstance(piece, Text):
        return {"text": piece.text}
    if isinstance(piece, Call):
        return {"toolUse": {"toolUseId": piece.id, "name": piece.name, "input": piece.arguments}}
    failed = {"status": "error"} if piece.failed else {}
    return {"toolResult": {"toolUseId": piece.id, "content": [{"text": piece.text}], **failed}}


_APART = ("system", "developer")
_WRITERS = {C: _chat, R: _responses, A: _messages, G: _gemini, L: _llama, V: _converse}


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _words(pieces: Iterable[Piece]) -> list[Text]:
    return [one for one in pieces if isinstance(one, Text)]


def parsed(arguments: str) -> Any:
    """Arguments that came as a text, as the object that they spell; the text where they spell none."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _texts(content: Any) -> list[Piece]:
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [Text(content)]
    parts = [content] if isinstance(content, dict) else content
    return [Text(part["text"]) for part in parts if "text" in part]


def _read_chat(body: Any) -> Iterable[Turn]:
    for message in body["messages"]:
        if message["role"] == "tool":
            words = "".join(one.text for one in _words(_texts(message["content"])))
            yield "tool", [Result(message["tool_call_id"], words)]
            continue
        calls = [
            Call(one["id"], one["function"]["name"], parsed(one["function"]["arguments"]))
            for one in message.get("tool_calls") or ()
        ]
        yield message["role"], [*_texts(message.get("content")), *calls]


def _read_responses(body: Any) -> Iterable[Turn]:
    if "instructions" in body:
        yield "system", [Text(body["instructions"])]
    for item in body["input"]:
        if item.get("type") == "function_call":
            yield "assistant", [Call(item["call_id"], item["name"], parsed(item["arguments"]))]
        elif item.get("type") == "function_call_output":
            words = "".join(one.text for one in _words(_texts(item["output"])))
            yield "tool", [Result(item["call_id"], words)]
        else:
            yield item["role"], _texts(item["content"])


def _read_messages(body: Any) -> Iterable[Turn]:
    if "system" in body:
        yield "system", _texts(body["system"])
    for message in body["messages"]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        yield message["role"], [_read_block(block) for block in blocks]


def _read_block(block: Any) -> Piece:
    if block["type"] == "tool_use":
        return Call(block["id"], block["name"], block["input"])
    if block["type"] == "tool_result":
        words = "".join(one.text for one in _words(_texts(block.get("content"))))
        return Result(block["tool_use_id"], words, failed=block.get("is_error", False))
    return Text(block["text"])


def _read_gemini(body: Any) -> Iterable[Turn]:
    if "systemInstruction" in body:
        yield "system", _texts(body["systemInstruction"]["parts"])
    for content in body["contents"]:
        yield ("assistant" if content["role"] == "model" else "user"), [_read_part(part) for part in content["parts"]]


def _read_part(part: Any) -> Piece:
    if call := part.get("functionCall"):
        return Call(call.get("id"), call["name"], call.get("args"))
    if result := part.get("functionResponse"):
        failed = "error" in result["response"]
        words = result["response"]["error" if failed else "output"]
        return Result(result.get("id"), words, result["name"], failed)
    return Text(part["text"])


def _read_converse(body: Any) -> Iterable[Turn]:
    if "system" in body:
        yield "system", _texts(body["system"])
    for message in body["messages"]:
        yield message["role"], [_read_content(block) for block in message["content"]]


def _read_content(block: Any) -> Piece:
    if call := block.get("toolUse"):
        return Call(call["toolUseId"], call["name"], call["input"])
    if result := block.get("toolResult"):
        words = "".join(one.text for one in _words(_texts(result["content"])))
        return Result(result["toolUseId"], words, failed=result.get("status") == "error")
    return Text(block["text"])


_READERS = {C: _read_chat, R: _read_responses, A: _read_messages, G: _read_gemini, L: _read_chat, V: _read_converse}
