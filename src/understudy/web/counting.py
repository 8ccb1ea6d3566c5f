"""Counts of tokens, in the shape of each dialect that has them: estimated here, so that many at once cost little."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.dialects.contract import Counting, Dialect
from understudy.dialects.counting import estimate
from understudy.policy.keys import Caller, permit
from understudy.routing.choose import meant
from understudy.web.back import Back, Endpoint, guarded, told

# Above every limit on a request's body; what is larger is no prompt.
MAX_COUNTED_BYTES = 64 * 1024 * 1024


def counting(back: Back) -> list[Route]:
    """The routes of every dialect that has a count."""
    return [
        Route(path.replace("{model}", "{model:path}"), _counted(back, dialect, dialect.counting), methods=["POST"])
        for dialect in back.dialects
        if dialect.counting is not None
        for path in dialect.counting.paths
    ]


def _counted(back: Back, dialect: Dialect, means: Counting) -> Endpoint:
    async def count(request: Request, caller: Caller) -> Response:
        asked = means.read(await _body(request), request.url.path)
        permit(caller, meant(asked.model, back.standing().board))
        if not asked.messages:
            raise bad_request("messages is empty; there is nothing to count", "messages")
        return told(means.write(estimate(asked, means.preamble)))

    return guarded(back, count, dialect)


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for data in request.stream():
        size += len(data)
        if size > MAX_COUNTED_BYTES:
            raise Fault(f"a body of more than {MAX_COUNTED_BYTES} bytes is not counted", kind=FaultKind.TOO_LARGE)
        parts.append(data)
    return b"".join(parts)
