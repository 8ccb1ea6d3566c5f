"""Holding: whether a request's money is watched, and how much it may come to, before anybody is asked.

Estimated here and at once, as counts of tokens are. Where nobody has a budget nothing is estimated.
"""

import asyncio

from understudy.canon.embeddings import EmbedRequest
from understudy.canon.request import Request
from understudy.dialects.counting import estimate, of_text
from understudy.policy.budgets import Size
from understudy.policy.keys import Caller
from understudy.routing.board import Route

# Bodies longer than this are estimated beside the loop: it takes a millisecond for each 16 KiB.
LONG_BYTES = 64 * 1024
# Bytes of a body that come to a token, where it is not read as words.
BYTES_PER_TOKEN = 4


def budgeted(caller: Caller, route: Route | None) -> bool:
    """Whether anybody's budget pays for a request."""
    return caller.budget_usd_per_day is not None or (route is not None and route.budget_usd_per_day is not None)


async def size_of(request: Request) -> Size:
    """How much an answer to a request may come to."""
    prompt = estimate(request) if len(request.source) <= LONG_BYTES else await asyncio.to_thread(estimate, request)
    answers = request.sampling.n or 1
    return Size(prompt, None if request.max_tokens is None else request.max_tokens * answers)


def size_of_texts(request: EmbedRequest) -> Size:
    """What vectors of these texts may come to: nothing is written."""
    return Size(sum(of_text(one) if isinstance(one, str) else len(one) for one in request.inputs), 0)


def size_of_body(body: bytes, kind: str) -> Size:
    """What a body that passes as it came may come to; a form holds files, whose bytes are no words."""
    return Size(len(body) // BYTES_PER_TOKEN if kind.startswith("application/json") else 0)
