"""OpenAI Responses, by hand. Reference: https://platform.openai.com/docs/api-reference/responses"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from understudy.conformance import openai_errors, sse
from understudy.conformance.answers import (
    MESSAGE,
    Answer,
    Asked,
    Cause,
    Due,
    Event,
    Failure,
    Heard,
    Question,
    Refusal,
    Stop,
    arguments_of,
    halves,
    in_order,
    pieces,
    until_half,
)

_INCOMPLETE: dict[Stop, str] = {"length": "max_output_tokens", "refusal": "content_filter"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _INCOMPLETE.items()}
# Failures are known by their codes here.
_BUSY = Due((503,), ("server_error", "server_is_overloaded"))
_DUE: dict[Cause, Due] = {
    **openai_errors.DUE,
    "429": Due((429,), ("rate_limit_exceeded",)),
    "503": _BUSY,
    "529": _BUSY,
    **dict.fromkeys(("broken", "page"), Due((502, 500, 503), ("server_error",))),
    "late": Due((504,), ("server_error",)),
}


class Responses:
    """Satisfies answers.Wire."""

    name = "responses"
    stream_type = sse.TYPE
    due = _DUE
    garbage = b"event: response.output_text.delta\n" + sse.GARBAGE
    ping = sse.COMMENT

    def within(self, answer: Answer) -> Answer:
        """All of it, but for a stop sequence, which cannot be asked for."""
        return replace(answer, stop="stop") if answer.stop == "sequence" else answer

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

    def half(self, answer: Answer) -> list[bytes]:
        """Up to the middle of the arguments' text."""
        return until_half(self.frames(answer), answer.calls[0][1])

    def error(self, status: int) -> Refusal:
        """OpenAI's envelope."""
        return openai_errors.refusal(status)

    def inband(self, status: int) -> bytes:
        """The answer, failed."""
        code = "rate_limit_exceeded" if status == 429 else "server_error"
        failed = {**_frame("failed"), "error": {"code": code, "message": MESSAGE}}
        return _event(99, {"type": "response.failed", "response": failed})

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """None: this dialect has no such field."""
        return None

    def ask(self, question: Question) -> Asked:
        """A question with a tool, kept nowhere."""
        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        body = {
            "model": question.model,
            "input": question.words,
            "tools": [{"type": "function", "name": "weather", "parameters": parameters, "strict": False}],
            "reasoning": {"effort": "low", "summary": "auto"},
            "max_output_tokens": 4_000,
            "store": False,
            **({"stream": True} if question.stream else {}),
        }
        return Asked("/v1/responses", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What its items say."""
        text = thinking = ""
        refused = False
        calls = []
        for item in body.get("output") or ():
            if item["type"] == "function_call":
                calls.append((item["name"], arguments_of(item["arguments"])))
            elif item["type"] == "custom_tool_call":
                calls.append((item["name"], item["input"]))
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

    def events(self, raw: bytes) -> list[Event]:
        """Events with names."""
        return sse.read(raw)

    def listen(self, events: list[Event]) -> Heard:
        """The answer told whole at the end, held against the words that were told before it."""
        told = [event.data for event in events if isinstance(event.data, dict)]
        words = "".join(one["delta"] for one in told if _kind(one) in ("output_text.delta", "refusal.delta"))
        flaws = in_order("sequence_number", (one["sequence_number"] for one in told))
        flaws += sse.odd(events, sse.CLOSING) + sse.misnamed(events, nameless=True)
        calls = [one for one in told if _kind(one) == "output_item.done" and "call_id" in one["item"]]
        closed = len(calls) + sum(_kind(one) == "function_call_arguments.done" for one in told)
        failed = next((one["response"] for one in told if _kind(one) == "failed"), None)
        failure = None if failed is None else _failed(failed)
        if failed is not None and failed["output"] != [one["item"] for one in told if _kind(one) == "output_item.done"]:
            flaws += ("the failed response does not hold the items that were done",)
        last = next((one["response"] for one in told if _kind(one) in ("completed", "incomplete")), None)
        if last is None:
            return Heard(Answer(words, stop="none"), failure=failure, closed=closed, flaws=flaws)
        heard = self.hear(last)
        answer = heard if heard.text == words else Answer(words + " | " + heard.text)
        return Heard(answer, True, failure, closed, flaws)

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """OpenAI's envelope, its code besides."""
        return openai_errors.failure(body, codes=True)


def _failed(response: dict[str, Any]) -> Failure | None:
    """The error of an answer that failed, which holds no call that is not done."""
    error = response.get("error")
    if response.get("status") != "failed" or not isinstance(error, dict) or not error.get("code"):
        return None
    return Failure((str(error["code"]),), str(error.get("message") or ""))


def _kind(body: dict[str, Any]) -> str:
    return str(body.get("type", "")).removeprefix("response.")


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
        if isinstance(arguments, str):
            items.append({**call, "id": f"ctc_{n}", "type": "custom_tool_call", "input": arguments})
        else:
            items.append({**call, "arguments": json.dumps(arguments)})
    return items


def _item_events(place: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    at = {"item_id": item["id"], "output_index": place}
    empties: dict[str, Any] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "custom_tool_call": {"input": ""},
    }
    opened = {**item, **empties[item["type"]], **({"status": "in_progress"} if "status" in item else {})}
    told: list[dict[str, Any]] = [{"type": "response.output_item.added", "output_index": place, "item": opened}]
    if item["type"] == "function_call":
        kind = "response.function_call_arguments"
        told += [{"type": f"{kind}.delta", **at, "delta": half} for half in halves(json.loads(item["arguments"]))]
        told.append({"type": f"{kind}.done", **at, "arguments": item["arguments"]})
    elif item["type"] == "custom_tool_call":
        kind = "response.custom_tool_call_input"
        told += [{"type": f"{kind}.delta", **at, "delta": word} for word in pieces(item["input"])]
        told.append({"type": f"{kind}.done", **at, "input": item["input"]})
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
    return sse.told({**event, "sequence_number": number}, event["type"])


def _usage(answer: Answer) -> dict[str, Any]:
    prompt, out = answer.prompt or 0, answer.out or 0
    usage: dict[str, Any] = {"input_tokens": prompt, "output_tokens": out, "total_tokens": prompt + out}
    usage["output_tokens_details"] = {"reasoning_tokens": 0}
    return {**usage, "input_tokens_details": {"cached_tokens": answer.cached or 0}}
