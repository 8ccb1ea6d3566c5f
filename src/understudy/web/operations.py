"""What the house tells below /understudy/v1, as operations: each is a function, and its signature says what it takes.

An operation's function has the house's state (`back`) and who asks (`caller`), and what it takes besides by name:
strings out of the path, the parameters of the address (`query`) and what was sent (`body`) as values. It gives a value;
an answer that is no JSON is a response. Both the routes and the OpenAPI document are made of that, so that they cannot
part. Whoever may not call it, or sends something else, is told before it runs.
"""

import asyncio
import types
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.policy.keys import Caller, Role, entrust
from understudy.web.back import Back, Page, guarded, told

BASE = "/understudy/v1"
# An order, a label or a reaction is a few words.
MAX_BODY_BYTES = 64 * 1024
Serve = Callable[..., Awaitable[object]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `serve` at a path below the base, for keys with any of these roles, or for all without roles.

    `statuses` are those of its answers; of several, `serve` gives the one beside the value.
    """

    method: Literal["GET", "POST"]
    below: str
    serve: Serve
    roles: tuple[Role, ...] = ()
    statuses: tuple[int, ...] = (200,)

    @property
    def path(self) -> str:
        """Where it is."""
        return BASE + self.below

    @property
    def takes(self) -> dict[str, Any]:
        """The types of what it takes by name."""
        hints = get_type_hints(self.serve, include_extras=True)
        return {name: hint for name, hint in hints.items() if name not in ("back", "caller", "return")}

    @property
    def gives(self) -> tuple[Any, ...]:
        """The types of its answers."""
        given = get_type_hints(self.serve, include_extras=True)["return"]
        if get_origin(given) is tuple:
            given = get_args(given)[0]
        return get_args(given) if get_origin(given) in (Union, types.UnionType) else (given,)


def routes(back: Back, operations: Iterable[Operation]) -> list[Route]:
    """The routes of these operations."""
    return [Route(one.path, guarded(back, _page(back, one)), methods=[one.method]) for one in operations]


def _page(back: Back, one: Operation) -> Page:
    takes = one.takes

    async def page(request: Request, caller: Caller) -> Response:
        if one.roles:
            entrust(caller, *one.roles)
        taken: dict[str, Any] = dict(request.path_params)
        if "query" in takes:
            taken["query"] = _query(request, takes["query"])
        if "body" in takes:
            taken["body"] = await _body(request, takes["body"])
        given = await one.serve(back, caller, **taken)
        if isinstance(given, Response):
            return given
        value, status = given if isinstance(given, tuple) else (given, one.statuses[0])
        # Thousands of slices are not even written on the loop.
        return told(await asyncio.to_thread(msgspec.json.encode, value), status)

    return page


def _query(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(f"the address is not as expected: {error}") from error


async def _body(request: Request, kind: type[T]) -> T:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise Fault(f"the body is larger than {MAX_BODY_BYTES} bytes", kind=FaultKind.TOO_LARGE)
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except msgspec.DecodeError as error:
        raise bad_request(f"the body is not as expected: {error}") from error
