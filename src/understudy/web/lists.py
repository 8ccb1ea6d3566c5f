"""Lists of models, and one model looked up, in the shape of the caller's own dialect.

One path has several callers: who asks is seen by the path where it is one dialect's own, else by a header that only
its clients send. What a model costs or can do is not told here.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.policy.keys import Caller
from understudy.routing.choose import meant
from understudy.web.back import Back, dialect_of, guarded, told

SHARED = ("/v1/models", "/models")


def lists(back: Back) -> list[Route]:
    """The routes of every dialect's list."""

    async def several(request: Request, caller: Caller) -> Response:
        return told(dialect_of(request, back).encode_models(_names(back)))

    async def single(request: Request, caller: Caller) -> Response:
        name = request.path_params["name"]
        if meant(name, back.standing().board) not in _names(back):
            raise Fault(f"there is no model {name!r}; GET {_parent(request)} lists all", kind=FaultKind.NOT_FOUND)
        return told(dialect_of(request, back).encode_model(name))

    paths = (*SHARED, *(path for dialect in back.dialects for path in dialect.lists))
    return [
        route
        for path in paths
        for route in (Route(path, guarded(back, several)), Route(path + "/{name:path}", guarded(back, single)))
    ]


def _names(back: Back) -> tuple[str, ...]:
    """What a caller may put into `model`: routes first, then declared models."""
    board = back.standing().board
    return (*board.routes, *board.models)


def _parent(request: Request) -> str:
    return request.url.path.removesuffix("/" + request.path_params["name"])
