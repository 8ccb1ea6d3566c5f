"""The stand-in for a rented provider: Anthropic Messages on loopback, with a price, a latency and a known error rate.

It is no model: it computes the right answer from the prompt and gives a wrong one at the rate it is told to, decided
by a hash of the prompt, so that a run can be repeated. Everything else about it is the wire format's.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from understudy.demo.tasks import truth_of

# A list price of the class that such traffic is sent to, in dollars per million tokens.
INPUT_USD = 3.0
OUTPUT_USD = 15.0
LATENCY_S = 0.02
ERROR_RATE = 0.03
# Characters to a token, about, for English.
CHARS_PER_TOKEN = 4
WRONG = "I am not certain."


@dataclass
class StandIn:
    """The stand-in's behaviour, and how often it was asked."""

    seed: int
    error_rate: float = ERROR_RATE
    latency_s: float = LATENCY_S
    asked: int = field(default=0)

    def answer(self, prompt: str) -> str:
        """The right answer, or the wrong one for the share of prompts that the error rate says."""
        digest = hashlib.sha256(f"{self.seed}:{prompt}".encode()).digest()
        wrong = int.from_bytes(digest[:4], "big") / 2**32 < self.error_rate
        truth = truth_of(prompt)
        return WRONG if wrong or truth is None else truth

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/messages, streamed or whole."""
        self.asked += 1
        body = msgspec.json.decode(await request.read())
        prompt = _prompt(body)
        answer = self.answer(prompt)
        await asyncio.sleep(self.latency_s)
        usage = {
            "input_tokens": 1 + len(prompt) // CHARS_PER_TOKEN,
            "output_tokens": 1 + len(answer) // CHARS_PER_TOKEN,
        }
        message = {
            "id": f"msg_{self.asked:08d}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": answer}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": usage,
        }
        if not body.get("stream"):
            return web.json_response(message)
        return await _streamed(request, message, answer)

    def application(self) -> web.Application:
        """The stand-in as an application."""
        application = web.Application()
        application.router.add_post("/v1/messages", self.messages)
        return application


def _prompt(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


async def _streamed(request: web.Request, message: dict[str, Any], answer: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    opening = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    middle = len(answer) // 2
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": opening},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in (answer[:middle], answer[middle:])
            if piece
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": message["usage"]["output_tokens"]},
        },
        {"type": "message_stop"},
    ]
    for event in events:
        await response.write(b"event: %s\ndata: %s\n\n" % (event["type"].encode(), msgspec.json.encode(event)))
    await response.write_eof()
    return response
