"""What the pages behind the model routes read from, and who may see them.

The paths below /understudy/v1 need a key wherever keys are declared. A fault is told in the dialect of the caller's
client, as far as it can be seen.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from understudy.canon.faults import Fault
from understudy.dialects.contract import Dialect
from understudy.gateway.site import Call, Standing
from understudy.jobs.specs import ParitySpec
from understudy.policy.keys import Caller, admit
from understudy.ports import Clock, Health, Journal, Shelf, Store
from understudy.web.metrics import Metrics, Resting

Page = Callable[[Request, Caller], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Back:
    """What these pages read from, and where they write: the spool."""

    standing: Callable[[], Standing]
    store: Store
    journal: Journal
    health: Health
    metrics: Metrics
    dialects: tuple[Dialect, ...]
    server_secret: bytes
    specs: Mapping[str, ParitySpec]
    clock: Clock
    new_id: Callable[[], str]
    places: int
    shelf: Shelf
    keep_answers_s: float


def resting_of(back: Back) -> list[Resting]:
    """Every place of a declared model that this worker leaves alone now."""
    return [
        Resting(model.provider, model.name, why)
        for model in back.standing().board.models.values()
        for endpoint in model.endpoints
        if (why := back.health.resting(model, endpoint)) is not None
    ]


def guarded(back: Back, inner: Page, own: Dialect | None = None) -> Endpoint:
    """A page that only an admitted caller sees; its faults are told in its `own` dialect, else in the caller's."""

    async def admitted(request: Request) -> Response:
        dialect = own or dialect_of(request, back)
        try:
            call = Call(dialect, request.headers, b"", str(request.url))
            caller = admit(back.standing().keyring, back.server_secret, call.key)
            return await inner(request, caller)
        except Fault as fault:
            request_id = back.new_id()
            status, body = dialect.encode_fault(fault, request_id)
            named = {"x-request-id": request_id, "request-id": request_id}
            return Response(body, status_code=status, headers=named, media_type="application/json")

    return admitted


def limit_of(request: Request, usual: int, most: int) -> int:
    """How many rows a request wants by its `limit`; the usual number where that is none."""
    asked = request.query_params.get("limit", "")
    # Other scripts have digits too, and no number of more than a few is less than what is given at most.
    return min(int(asked[:9]), most) if asked.isascii() and asked.isdigit() else usual


def told(body: bytes) -> Response:
    """A body that a dialect wrote, as an answer."""
    return Response(body, media_type="application/json")


def json_of(value: object) -> Response:
    """A value as the body of an answer."""
    return told(msgspec.json.encode(value))


def dialect_of(request: Request, back: Back) -> Dialect:
    """The dialect that owns the path, or whose clients send such a header; else the first without, the default."""
    path = request.url.path
    for dialect in back.dialects:
        if any(path.startswith(own) for own in dialect.lists):
            return dialect
    for dialect in back.dialects:
        if any(marker in request.headers or marker in request.query_params for marker in dialect.markers):
            return dialect
    return next((dialect for dialect in back.dialects if not dialect.markers), back.dialects[0])
