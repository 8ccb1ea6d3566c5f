"""What the pages behind the model routes read from, and who may see them.

The paths below /understudy/v1 need a key wherever keys are declared. A fault is told in the dialect of the caller's
client, as far as it can be seen.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from understudy.canon.faults import Fault
from understudy.dialects.contract import Dialect
from understudy.gateway.draft import identity
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
            return failed(back, fault, dialect)

    return admitted


def failed(back: Back, fault: Fault, dialect: Dialect) -> Response:
    """A fault as an answer."""
    request_id = back.new_id()
    status, body = dialect.encode_fault(fault, request_id)
    return Response(body, status_code=status, headers=dict(identity(request_id)), media_type="application/json")


def told(body: bytes, status: int = 200) -> Response:
    """A body of JSON as an answer."""
    return Response(body, status_code=status, media_type="application/json")


def whose(caller: Caller) -> str | None:
    """Whose rows a caller may read: its own tenant's, or, None, everybody's if it may operate."""
    return None if "operate" in caller.roles else caller.tenant


def place_of(caller: Caller, route: str) -> tuple[str, str]:
    """The tenant and route that `tenant:route` names, or `route` alone of the caller's own tenant."""
    tenant, colon, name = route.rpartition(":")
    return (tenant, name) if colon else (caller.tenant, name)


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
