"""One errand as a client of each dialect asks it, by hand: the first request, and the one with the tool's result."""

from typing import Any

from understudy.conformance.clients.tasks import ERRAND

TOOL = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "gemini": "/v1beta/models/{model}:streamGenerateContent?alt=sse",
}


def errand(dialect: str, model: str = "m", *, result: str | None = None) -> dict[str, Any]:
    """A streamed request for the errand; with the result of the call where there is one."""
    return BODIES[dialect](model, result)


def _chat(model: str, result: str | None) -> dict[str, Any]:
    call = {"id": "call_0", "type": "function", "function": {"name": "shell", "arguments": "{}"}}
    told = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_0", "content": [{"type": "text", "text": result}]},
    ]
    return {
        "model": model,
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": ERRAND}]},
            *(told if result is not None else ()),
        ],
        "tools": [{"type": "function", "function": {"name": "shell", "parameters": TOOL}}],
    }


def _responses(model: str, result: str | None) -> dict[str, Any]:
    told = [
        {"type": "function_call", "call_id": "call_0", "name": "shell", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_0", "output": result},
    ]
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ERRAND}]}
    return {
        "model": model,
        "stream": True,
        "instructions": "Be brief.",
        "input": [said, *(told if result is not None else ())],
        "tools": [{"type": "function", "name": "shell", "parameters": TOOL}, {"type": "web_search"}],
        "client_metadata": {"session_id": "s"},
    }


def _messages(model: str, result: str | None) -> dict[str, Any]:
    told = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_0", "name": "shell", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_0", "content": result}]},
    ]
    return {
        "model": model,
        "stream": True,
        "max_tokens": 100,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": ERRAND}, *(told if result is not None else ())],
        "tools": [{"name": "shell", "input_schema": TOOL}],
    }


def _gemini(model: str, result: str | None) -> dict[str, Any]:
    told = [
        {"role": "model", "parts": [{"functionCall": {"name": "shell", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "shell", "response": {"output": result}}}]},
    ]
    return {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": ERRAND}]}, *(told if result is not None else ())],
        "tools": [{"functionDeclarations": [{"name": "shell", "parametersJsonSchema": TOOL}]}],
    }


BODIES = {"chat": _chat, "responses": _responses, "messages": _messages, "gemini": _gemini}
