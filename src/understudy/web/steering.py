"""What people tell the house: orders to slices, labels, reactions. Reads are in `rest`.

A worker writes nothing to the database: what is told goes into the spool, and the answer waits a moment for the books
to have it. Bad input is told in the same words as elsewhere, with 400, 403, 404 or 409.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.jobs.labelling import LabelRefused, label, questions
from understudy.jobs.reactions import ReactionRefused, feedback_on, teaches, worth
from understudy.policy.keys import Caller, entrust
from understudy.ports import Exchange, Order, OrderRow, Record, Store, Verb
from understudy.web.back import Back, guarded, limit_of

# How long an answer waits for the books: they are drained many times a second, unless they are far behind.
BOOKS_WAIT_S = 5.0
BOOKS_LOOK_S = 0.05
# An order, a label or a reaction is a few words.
MAX_BODY_BYTES = 64 * 1024
MAX_QUESTIONS = 100
VERBS: tuple[Verb, ...] = ("hold", "release", "lower", "approve", "retry")
T = TypeVar("T")
Told = Callable[[Request, Caller], Awaitable[Response]]


class OrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an order says besides the slice and the verb."""

    rung: int | None = None
    note: str = ""
    seen: str = ""


class LabelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answer is better: first, rather_first, tie, rather_second, second."""

    choice: str


class ReactionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user did with the answer of one exchange."""

    exchange_id: str
    signal: str
    value: float | None = None


def steering(back: Back) -> list[Route]:
    """The paths that people steer by."""
    slice_ = "/understudy/v1/parity/{route}/{kind}"
    return [
        Route("/understudy/v1/feedback", guarded(back, _react(back)), methods=["POST"]),
        Route("/understudy/v1/labels", guarded(back, _questions(back)), methods=["GET"]),
        Route("/understudy/v1/labels/{id}", guarded(back, _label(back)), methods=["POST"]),
        *(Route(f"{slice_}/{verb}", guarded(back, _order(back, verb)), methods=["POST"]) for verb in VERBS),
    ]


def _order(back: Back, verb: Verb) -> Told:
    async def order(request: Request, caller: Caller) -> Response:
        entrust(caller, "operate")
        body = await _body(request, OrderBody)
        told = Order(
            id=back.new_id(),
            at_s=back.clock.now_s(),
            tenant=caller.tenant,
            route=request.path_params["route"],
            kind=request.path_params["kind"],
            verb=verb,
            who=caller.name,
            rung=body.rung,
            seen=body.seen,
            note=body.note,
        )
        _tell(back, told)
        row = await _booked(lambda: _answered(back.store, told.id))
        if row is None:
            return JSONResponse({"order": told.id, "done": None, "words": "it waits for the books"}, status_code=202)
        return _told(row)

    return order


def _answered(store: Store, order_id: str) -> OrderRow | None:
    row = store.order_of(order_id)
    return row if row is not None and row.done is not None else None


def _told(row: OrderRow) -> Response:
    body = {"order": row.id, "done": row.done, "words": row.words}
    return JSONResponse(body, status_code=200 if row.done else 409)


def _questions(back: Back) -> Told:
    async def ask(request: Request, caller: Caller) -> Response:
        entrust(caller, "label", "operate")
        limit = limit_of(request, 1, MAX_QUESTIONS)
        found = await asyncio.to_thread(questions, back.store, back.server_secret, back.clock.now_s(), limit)
        return Response(msgspec.json.encode({"questions": found}), media_type="application/json")

    return ask


def _label(back: Back) -> Told:
    async def take(request: Request, caller: Caller) -> Response:
        entrust(caller, "label", "operate")
        body = await _body(request, LabelBody)
        told = (request.path_params["id"], body.choice, caller.name, back.clock.now_s())
        try:
            verdict = await asyncio.to_thread(label, back.store, back.server_secret, *told)
        except LabelRefused as refusal:
            kind = FaultKind.NOT_FOUND if refusal.gone else FaultKind.BAD_REQUEST
            raise Fault(str(refusal), kind=kind) from refusal
        _tell(back, verdict)
        return JSONResponse({"labelled": verdict.exchange_id}, status_code=202)

    return take


def _react(back: Back) -> Told:
    async def react(request: Request, caller: Caller) -> Response:
        body = await _body(request, ReactionBody)
        try:
            y = worth(body.signal, body.value)
        except ReactionRefused as refusal:
            raise bad_request(str(refusal), "signal") from refusal
        exchange = await _booked(lambda: back.store.exchange(body.exchange_id))
        if exchange is None or not _owns(caller, exchange):
            # The same for what never was and for what is another's: an answer must not tell which.
            raise Fault(f"no exchange {body.exchange_id!r} belongs to this key", kind=FaultKind.NOT_FOUND)
        board = back.standing().board
        told = feedback_on(exchange, board, id=back.new_id(), at_s=back.clock.now_s(), signal=body.signal, y=y)
        _tell(back, told)
        counts = told.side is not None or teaches(exchange, board)
        return JSONResponse({"feedback": told.id, "counts": counts}, status_code=202)

    return react


def _tell(back: Back, record: Record) -> None:
    if back.journal.full:
        raise Fault("the journal's spool is full; try again once it drains", kind=FaultKind.UNAVAILABLE)
    back.journal.append(record)


def _owns(caller: Caller, exchange: Exchange) -> bool:
    return (exchange.key, exchange.tenant) == (caller.name, caller.tenant)


async def _booked(ask: Callable[[], T | None]) -> T | None:
    """What the books say, once they have it; None if they do not get it in time."""
    waited_s = 0.0
    while True:
        found = await asyncio.to_thread(ask)
        if found is not None or waited_s >= BOOKS_WAIT_S:
            return found
        await asyncio.sleep(BOOKS_LOOK_S)
        waited_s += BOOKS_LOOK_S


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
