"""What one chunk of a stream costs on its way from one dialect into another: decoded, held as canon, encoded.

Only the two dialects run, in this process; what a server does besides is measured by `bench gateway`. The answers are
those of the conformance script: words in pieces of one, as most providers send them, each counted as a token where a
stream tells its usage as it grows.
"""

import time
from collections.abc import Callable, Mapping

from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.conformance.answers import Answer
from understudy.conformance.upstream import WIRES
from understudy.dialects.contract import Dialect, Echo

# The dialect of the house that speaks each of the script's.
DIALECTS = {
    "chat": "openai_chat", "responses": "openai_responses", "messages": "anthropic", "gemini": "gemini",
    "converse": "converse", "llama": "llama",
}  # fmt: skip
WORDS = 3_000
# The bar: at 100 chunks a second and a stream, a core then has room for a few thousand streams.
MAX_US = 4.0


class Cost(Value, frozen=True):
    """CPU microseconds of one chunk: the least of the repeats, since nothing makes code faster than it is."""

    caller: str
    upstream: str
    us: float


def measured(dialects: Mapping[str, Dialect], *, repeats: int, tell: Callable[[], None]) -> list[Cost]:
    """Every caller's dialect beside every upstream's; `tell` is called after each."""
    answer = Answer(" ".join(["harbour"] * WORDS), out=WORDS)
    costs = []
    for caller in DIALECTS:
        for wire in WIRES:
            frames = wire.frames(answer)
            one = (dialects[DIALECTS[caller]], dialects[DIALECTS[wire.name]])
            costs.append(Cost(caller, wire.name, min(_run(*one, frames) for _ in range(repeats)) / len(frames) * 1e6))
            tell()
    return costs


def _run(caller: Dialect, upstream: Dialect, frames: list[bytes]) -> float:
    """CPU seconds of a whole stream."""
    echo = Echo("asked")
    request = Request(model="asked", messages=(), dialect=caller.name, stream=True, stream_usage=True)
    decoder, encoder = upstream.reply_decoder("maker"), caller.reply_encoder(request, echo)
    same = caller is upstream
    begun = time.process_time()
    for data in frames:
        for frame in decoder.feed(data):
            if same:
                caller.edit_frame(frame, request, echo)
            else:
                for event in frame.events:
                    encoder.send(event)
    return time.process_time() - begun
