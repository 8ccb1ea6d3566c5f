"""A canned upstream for benchmarks: answers every POST at once, whole or as paced events, and does nothing else.

Run as `python -m understudy.bench.upstream PORT`. It speaks Chat Completions, or Anthropic Messages below /anthropic.
"""

import asyncio
import json
import sys
from collections.abc import Iterator

EVENTS = 50
# Each event of a stream leaves on its own, as a model's tokens do.
PACE_S = 0.002
WORD = "word "
USAGE = {"prompt_tokens": 20, "completion_tokens": EVENTS, "total_tokens": 20 + EVENTS}


def chat_body() -> bytes:
    """A whole Chat Completions answer."""
    message = {"role": "assistant", "content": WORD * EVENTS}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": USAGE,
    }
    return json.dumps(body).encode()


def chat_events() -> list[bytes]:
    """The same answer as events."""

    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    usage = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [],
        "usage": USAGE,
    }
    words = [chunk({"content": WORD}) for _ in range(EVENTS)]
    last = b"data: " + json.dumps(usage).encode() + b"\n\ndata: [DONE]\n\n"
    return [chunk({"role": "assistant", "content": ""}), *words, chunk({}, "stop") + last]


def messages_events() -> list[bytes]:
    """The same answer as Anthropic events."""

    def event(name: str, **fields: object) -> bytes:
        return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()

    message: dict[str, object] = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    start = event(
        "message_start", message={**message, "stop_reason": None, "usage": {"input_tokens": 20, "output_tokens": 1}}
    )
    block = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    delta = event("content_block_delta", index=0, delta={"type": "text_delta", "text": WORD})
    end = (
        event("content_block_stop", index=0)
        + event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": EVENTS})
        + event("message_stop")
    )
    return [start + block, *[delta] * EVENTS, end]


BODY = chat_body()
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHAT = [b"%x\r\n%s\r\n" % (len(event), event) for event in chat_events()]
MESSAGES = [b"%x\r\n%s\r\n" % (len(event), event) for event in messages_events()]


class Canned(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is whole."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or self._transport is None:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        if b'"stream":true' not in rest.replace(b" ", b""):
            self._transport.write(WHOLE)
            return
        self._transport.write(HEAD)
        self._next(iter(MESSAGES if b"/anthropic/" in head.split(b"\r\n", 1)[0] else CHAT))

    def _next(self, events: Iterator[bytes]) -> None:
        event = next(events, None)
        if self._transport is None or self._transport.is_closing():
            return
        if event is None:
            self._transport.write(b"0\r\n\r\n")
            return
        self._transport.write(event)
        asyncio.get_running_loop().call_later(PACE_S, self._next, events)


async def serve(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
