"""OpenAI Responses, by hand. Reference: https://platform.openai.com/docs/api-reference/responses"""

import json
from typing import Any

from understudy.conformance.answers import Answer, Asked, Heard, Stop, pieces

_INCOMPLETE: dict[Stop, str] = {"length": "max_output_tokens", "refusal": "content_filter"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _INCOMPLETE.items()}


class Responses:
    """Satisfies answers.Wire."""

    name = "responses"

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `response`."""
        reason = _INCOMPLETE.get(answer.stop)
        return {
            **_frame("completed" if reason is None else "incomplete"),
            "incomplete_details": None if reason is None else {"reason": reason},
            "output": _items(answer),
            "usage": _usage(answer),
        }

    def frames(self, answer: Answer) -> list[bytes]:
        """Items opened, told and closed, then the whole answer."""
        told: list[dict[str, Any]] = [{"type": "response.created", "response": _frame("in_progress")}]
        for place, item in enumerate(_items(answer)):
            told += _item_events(place, item)
        whole = self.whole(answer)
        told.append({"type": f"response.{whole['status']}", "response": whole})
        return [_event(number, event) for number, event in enumerate(told)]

    def error(self, status: int) -> dict[str, Any]:
        """OpenAI's envelope."""
        return {"error": {"message": "scripted", "type": "rate_limit_error", "param": None, "code": "rate_limit"}}

    def inband(self) -> bytes:
        """The answer, failed."""
        failed = {**_frame("failed"), "error": {"code": "server_error", "message": "scripted"}}
        return _event(99, {"type": "response.failed", "response": failed})

    def ask(self, model: str, *, stream: bool) -> Asked:
        """A question with a tool, kept nowhere."""
        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        body = {
            "model": model,
            "input": "How is the harbour?",
            "tools": [{"type": "function", "name": "weather", "parameters": parameters, "strict": False}],
            "reasoning": {"effort": "low", "summary": "auto"},
            "max_output_tokens": 4_000,
            "store": False,
            **({"stream": True} if stream else {}),
        }
        return Asked("/v1/responses", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What its items say."""
        text = thinking = ""
        refused = False
        calls = []
        for item in body.get("output") or ():
            if item["type"] == "function_call":
                calls.append((item["name"], json.loads(item["arguments"])))
            for piece in item.get("content") or ():
                text += piece.get("text") or piece.get("refusal") or ""
                refused = refused or piece["type"] == "refusal"
            thinking += "".join(piece["text"] for piece in item.get("summary") or ())
        usage = body.get("usage") or {}
        return Answer(
            text=text,
            thinking=thinking,
            calls=tuple(calls),
            stop="refusal" if refused else _stop(body, calls=bool(calls)),
            prompt=usage.get("input_tokens"),
            cached=(usage.get("input_tokens_details") or {}).get("cached_tokens"),
            out=usage.get("output_tokens"),
        )

    def listen(self, events: list[Any]) -> Heard:
        """The answer told whole at the end, held against the words that were told before it."""
        words = "".join(e["delta"] for e in events if _kind(e) in ("output_text.delta", "refusal.delta"))
        failed = any(_kind(event) in ("failed", "error") or event.get("type") == "error" for event in _objects(events))
        last = next((e["response"] for e in events if _kind(e) in ("completed", "incomplete")), None)
        if last is None:
            return Heard(Answer(words, stop="none"), failed=failed)
        heard = self.hear(last)
        return Heard(heard if heard.text == words else Answer(words + " | " + heard.text), ended=True, failed=failed)

    def is_error(self, body: dict[str, Any]) -> bool:
        """OpenAI's envelope."""
        return isinstance(body.get("error"), dict) and bool(body["error"].get("message"))


def _objects(events: list[Any]) -> list[dict[str, Any]]:
    return [event for event in events if isinstance(event, dict)]


def _kind(event: Any) -> str:
    return str(event.get("type", "")).removeprefix("response.") if isinstance(event, dict) else ""


def _stop(body: dict[str, Any], *, calls: bool) -> Stop:
    if body.get("status") == "completed":
        return "tools" if calls else "stop"
    return _STOPS.get((body.get("incomplete_details") or {}).get("reason"), "none")


def _frame(status: str) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": "scripted",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }


def _items(answer: Answer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if answer.thinking:
        summary = [{"type": "summary_text", "text": answer.thinking}]
        items.append({"id": "rs_1", "type": "reasoning", "summary": summary})
    if answer.text:
        piece = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [piece]}
        items.append(message)
    for n, (name, arguments) in enumerate(answer.calls):
        call = {"id": f"fc_{n}", "type": "function_call", "status": "completed", "call_id": f"call_{n}", "name": name}
        items.append({**call, "arguments": json.dumps(arguments)})
    return items


def _item_events(place: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    at = {"item_id": item["id"], "output_index": place}
    empties: dict[str, Any] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    opened = {**item, **empties[item["type"]], **({"status": "in_progress"} if "status" in item else {})}
    told: list[dict[str, Any]] = [{"type": "response.output_item.added", "output_index": place, "item": opened}]
    if item["type"] == "function_call":
        text = item["arguments"]
        kind = "response.function_call_arguments"
        told += [
            {"type": f"{kind}.delta", **at, "delta": half} for half in (text[: len(text) // 2], text[len(text) // 2 :])
        ]
        told.append({"type": f"{kind}.done", **at, "arguments": text})
    elif item["type"] == "reasoning":
        kind, piece = "response.reasoning_summary_text", item["summary"][0]
        at = {**at, "summary_index": 0}
        told.append({"type": "response.reasoning_summary_part.added", **at, "part": {**piece, "text": ""}})
        told += [{"type": f"{kind}.delta", **at, "delta": word} for word in pieces(piece["text"])]
        told.append({"type": f"{kind}.done", **at, "text": piece["text"]})
        told.append({"type": "response.reasoning_summary_part.done", **at, "part": piece})
    else:
        piece, at = item["content"][0], {**at, "content_index": 0}
        told.append({"type": "response.content_part.added", **at, "part": {**piece, "text": ""}})
        told += [
            {"type": "response.output_text.delta", **at, "delta": w, "logprobs": []} for w in pieces(piece["text"])
        ]
        told.append({"type": "response.output_text.done", **at, "text": piece["text"], "logprobs": []})
        told.append({"type": "response.content_part.done", **at, "part": piece})
    return [*told, {"type": "response.output_item.done", "output_index": place, "item": item}]


def _event(number: int, event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()


def _usage(answer: Answer) -> dict[str, Any]:
    prompt, out = answer.prompt or 0, answer.out or 0
    usage: dict[str, Any] = {"input_tokens": prompt, "output_tokens": out, "total_tokens": prompt + out}
    usage["output_tokens_details"] = {"reasoning_tokens": 0}
    return {**usage, "input_tokens_details": {"cached_tokens": answer.cached or 0}}
