"""Kept answers: what a later request of this dialect goes on from by its id, and what is told of one that is kept.

Words are JSON: `input` holds all items of the conversation that led to an answer, `response` the answer as the caller
saw it, `provider` who knows it by the same id. Whoever goes on from one gets its items before their own: instructions
hold for one call alone and are not among them. Reference: https://platform.openai.com/docs/guides/conversation-state
"""

from typing import Any
from urllib.parse import parse_qs

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.parts import Opaque
from understudy.canon.request import Remembered, Request
from understudy.dialects.contract import Kept
from understudy.dialects.openai_responses.output import answer_id, answer_of
from understudy.dialects.openai_responses.request_reader import read_request
from understudy.dialects.openai_responses.words import COMPLETED, INCOMPLETE, NAME, PREVIOUS, UNSTORED
from understudy.dialects.sse import SseParser

_Fields = dict[str, msgspec.Raw]
_encode = msgspec.json.encode
# An item that stands for another, which its caller believes to be kept.
REFERENCE = "item_reference"
# The API's own figures: items that one page of a list shows.
PAGE, MAX_PAGE = 20, 100


class Words(msgspec.Struct):
    """What is kept of one answer."""

    input: list[msgspec.Raw]
    response: msgspec.Raw
    provider: str = ""


class ResponsesKeeping:
    """Satisfies the contract's Keeping."""

    def named(self, request: Request) -> tuple[str, ...]:
        """The answers whose items a request names, the newest first; ids that a host gave belong to that host."""
        bodies = [part.body for message in request.messages for part in message.parts if isinstance(part, Opaque)]
        ids = [str(body.get("id")) for body in bodies if body.get("type") == REFERENCE]
        return tuple(dict.fromkeys(answer for name in reversed(ids) if (answer := answer_of(name)) is not None))

    def spelt_out(self, request: Request, words: bytes) -> Request:
        """The request with the named items in full where the kept conversation or its answer holds them."""
        kept = msgspec.json.decode(words, type=Words)
        said = [*kept.input, *msgspec.json.decode(kept.response, type=_Said).output]
        known = {item_id: item for item in said if (item_id := _head(item).id) is not None}
        fields: _Fields = msgspec.json.decode(request.source, type=_Fields)
        items = [
            known.get(head.id or "", item) if (head := _head(item)).type == REFERENCE else item
            for item in _items(fields.get("input"))
        ]
        whole = read_request(_encode({**fields, "input": items}))
        return msgspec.structs.replace(whole, headers=request.headers)

    def previous(self, request: Request) -> str | None:
        """The id of the answer that a request goes on from and that was not put before it yet."""
        # It stands before the conversation, but after the instructions of this call.
        for message in request.messages[:2]:
            for part in message.parts:
                if isinstance(part, Opaque) and part.kind == PREVIOUS and isinstance(part.body.get(PREVIOUS), str):
                    return str(part.body[PREVIOUS])
        return None

    def resume(self, request: Request, words: bytes) -> Request:
        """The request with the kept conversation before its own items, its other fields as they came."""
        kept = msgspec.json.decode(words, type=Words)
        fields: _Fields = msgspec.json.decode(request.source, type=_Fields)
        before = [*kept.input, *msgspec.json.decode(kept.response, type=_Said).output]
        del fields[PREVIOUS]
        body = _encode({**fields, "input": [*before, *_items(fields.get("input"))]})
        whole = read_request(body)
        remembered = Remembered(kept.provider, request.source)
        return msgspec.structs.replace(whole, headers=request.headers, remembered=remembered)

    def unknown(self, answer: str) -> Fault:
        """There is no such answer."""
        words = f"Previous response with id {answer!r} not found: it was not kept here, has expired, or was deleted."
        return Fault(words, kind=FaultKind.NOT_FOUND, param=PREVIOUS, native="previous_response_not_found")

    def keep(self, request: Request, told: bytes, *, streamed: bool, provider: str) -> Kept | None:
        """What to keep of an exchange, by the last bytes that its caller gets; None where nothing is wanted."""
        if UNSTORED in request.spelling or request.dialect != NAME or not request.source:
            return None
        response = _whole(told) if streamed else msgspec.Raw(told)
        if response is None:
            return None
        head = msgspec.json.decode(response, type=_Head)
        if head.status not in (COMPLETED, INCOMPLETE) or not head.id:
            return None
        fields: _Fields = msgspec.json.decode(request.source, type=_Fields)
        return Kept(head.id, _encode(Words(_items(fields.get("input")), response, provider)))

    def answer(self, words: bytes) -> bytes:
        """The kept answer itself."""
        return bytes(msgspec.json.decode(words, type=Words).response)

    def items(self, words: bytes, query: str) -> bytes:
        """One page of the conversation that led to it, the newest items first unless asked otherwise."""
        kept = msgspec.json.decode(words, type=Words)
        head = msgspec.json.decode(kept.response, type=_Head)
        listed = [_listed(item, place, head.id) for place, item in enumerate(kept.input)]
        return _encode(_page(listed, {name: said[-1] for name, said in parse_qs(query).items()}))

    def deleted(self, answer: str) -> bytes:
        """An answer's deletion, confirmed."""
        return _encode({"id": answer, "object": "response", "deleted": True})


class _Head(msgspec.Struct):
    id: str = ""
    status: str = ""


class _Said(msgspec.Struct):
    output: list[msgspec.Raw] = []


class _ItemHead(msgspec.Struct):
    type: str | None = None
    id: str | None = None


def _head(item: msgspec.Raw) -> _ItemHead:
    """What an item is and how it is called; nothing where a caller wrote something else there."""
    try:
        return msgspec.json.decode(item, type=_ItemHead)
    except msgspec.ValidationError:
        return _ItemHead()


def _items(said: msgspec.Raw | None) -> list[msgspec.Raw]:
    """An input as items; a bare text is a message of the user's."""
    value = msgspec.json.decode(said, type=list[msgspec.Raw] | str | None) if said is not None else None
    if isinstance(value, str):
        return [msgspec.Raw(_encode({"type": "message", "role": "user", "content": value}))]
    return value or []


def _whole(told: bytes) -> msgspec.Raw | None:
    """The answer that the end of a stream tells whole."""
    parser = SseParser()
    for piece in reversed(parser.feed(told) + parser.close()):
        if piece.data and b'"response"' in piece.data:
            event: _Fields = msgspec.json.decode(piece.data, type=_Fields)
            return event.get("response")
    return None


def _listed(item: msgspec.Raw, place: int, answer: str) -> dict[str, Any]:
    """An item as lists show it: each has an id, and a message its content in parts."""
    value: dict[str, Any] = msgspec.json.decode(item)
    kind = value.get("type", "message")
    told = {"id": f"it_{answer_id(answer).removeprefix('resp_')}_{place}", **value, "type": kind}
    if kind == "message" and isinstance(value.get("content"), str):
        piece = "output_text" if value.get("role") == "assistant" else "input_text"
        told["content"] = [{"type": piece, "text": value["content"]}]
    return {**told, **({} if kind != "message" else {"status": value.get("status", COMPLETED)})}


def _page(listed: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
    """The items that were asked for: `order`, `after` an id, at most `limit`."""
    if asked.get("order", "desc") not in ("asc", "desc"):
        raise bad_request(f"order: expected asc or desc, got {asked['order'][:60]!r}", "order")
    limit = asked.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MAX_PAGE):
        raise bad_request(f"limit: expected a number from 1 to {MAX_PAGE}, got {limit[:60]!r}", "limit")
    if asked.get("order", "desc") == "desc":
        listed = listed[::-1]
    if (after := asked.get("after")) is not None:
        ids = [item["id"] for item in listed]
        if after not in ids:
            raise bad_request(f"after: there is no item {after[:60]!r} here", "after")
        listed = listed[ids.index(after) + 1 :]
    shown = listed[: int(limit)]
    ends = {"first_id": shown[0]["id"] if shown else None, "last_id": shown[-1]["id"] if shown else None}
    return {"object": "list", "data": shown, **ends, "has_more": len(listed) > len(shown)}
