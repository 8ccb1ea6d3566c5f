"""What people tell the house: orders to slices, labels, reactions. Reads are in `parity`, `pools` and `books`.

A worker writes nothing to the database: what is told goes into the spool, and the answer waits a moment for the books
to have it. A key steers and labels its own tenant's slices; with the role `operate` those of all.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.value import Value
from understudy.jobs.labelling import WORTH, LabelRefused, Question, label, questions
from understudy.jobs.reactions import SIGNALS, ReactionRefused, feedback_on, teaches, worth
from understudy.policy.keys import Caller
from understudy.ports import Exchange, Order, OrderRow, Record, Store, Verb
from understudy.web.back import Back, place_of, whose
from understudy.web.operations import Operation, Serve

# How long an answer waits for the books: they are drained many times a second, unless they are far behind.
BOOKS_WAIT_S = 5.0
BOOKS_LOOK_S = 0.05
MAX_QUESTIONS = 100
# What may be asked of a slice, and what becomes of it then.
VERBS: dict[Verb, str] = {
    "hold": "Keep a slice where it is: it learns on, but takes no further rung until it is released.",
    "release": "Let a held slice go on.",
    "lower": "Take share back from the candidate, at once, down to `rung`, and hold it there.",
    "approve": "Agree to the next rung, where the route asks for approvals; each rung needs its own.",
    "retry": "Try a stopped or rolled back slice once more with the same builds, without old evidence.",
}
T = TypeVar("T")


class OrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an order says besides the slice and the verb: a rung in whole percent, why, the record's hash as seen."""

    rung: int | None = None
    note: str = ""
    seen: str = ""


class LabelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answer is better."""

    choice: Annotated[str, Meta(extra_json_schema={"enum": [*WORTH]})]


class ReactionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user did with the answer of one exchange; `value` says how content it shows them, if it does."""

    exchange_id: str
    signal: Annotated[str, Meta(extra_json_schema={"enum": [*SIGNALS]})]
    value: Annotated[float | None, Meta(description="In [0, 1]; 1 is content.")] = None


class Asked(Value, frozen=True):
    """How many questions are wanted."""

    limit: Annotated[int, Meta(ge=1, description=f"So many questions, {MAX_QUESTIONS} at most.")] = 1


class Ordered(Value, frozen=True):
    """What came of an order, in words; `done` is null while it waits for the books."""

    order: str
    done: bool | None
    words: str


class Questions(Value, frozen=True):
    """Open questions, the oldest first."""

    questions: list[Question]


class Labelled(Value, frozen=True):
    """The pair that was labelled."""

    labelled: str


class Reacted(Value, frozen=True):
    """The reaction's id, and whether it counts: as evidence of a slice, or as a lesson of a pool."""

    feedback: str
    counts: bool


def _ordering(verb: Verb) -> Serve:
    async def order(back: Back, caller: Caller, route: str, kind: str, body: OrderBody) -> tuple[Ordered, int]:
        tenant, route = place_of(caller, route)
        told = Order(
            id=back.new_id(),
            at_s=back.clock.now_s(),
            tenant=tenant,
            route=route,
            kind=kind,
            verb=verb,
            who=caller.name,
            rung=body.rung,
            seen=body.seen,
            note=body.note,
        )
        _tell(back, told)
        row = await _booked(lambda: _answered(back.store, told.id))
        if row is None:
            return Ordered(told.id, None, "it waits for the books"), 202
        return Ordered(row.id, row.done, row.words), 200 if row.done else 409

    order.__name__ = verb
    order.__doc__ = f"""{VERBS[verb]}

    Another tenant's slice is at `tenant:route`. 409 says why it was refused, 202 that the books are behind.
    """
    return order


def _answered(store: Store, order_id: str) -> OrderRow | None:
    row = store.order_of(order_id)
    return row if row is not None and row.done is not None else None


async def asked(back: Back, caller: Caller, query: Asked) -> Questions:
    """The oldest open questions: pairs whose better answer a person is asked for, blind, with callers' words.

    Of the key's own tenant; of all with the role `operate`.
    """
    now_s, limit = back.clock.now_s(), min(query.limit, MAX_QUESTIONS)
    return Questions(await asyncio.to_thread(questions, back.store, back.server_secret, now_s, limit, whose(caller)))


async def labelled(back: Back, caller: Caller, id: str, body: LabelBody) -> Labelled:
    """Say which answer of a question is better; the first label counts."""
    told = (id, body.choice, caller.name, back.clock.now_s(), whose(caller))
    try:
        verdict = await asyncio.to_thread(label, back.store, back.server_secret, *told)
    except LabelRefused as refusal:
        kind = FaultKind.NOT_FOUND if refusal.gone else FaultKind.BAD_REQUEST
        raise Fault(str(refusal), kind=kind) from refusal
    _tell(back, verdict)
    return Labelled(verdict.exchange_id)


async def reacted(back: Back, caller: Caller, body: ReactionBody) -> Reacted:
    """Say what a user did with an answer, by the key that asked for it."""
    try:
        y = worth(body.signal, body.value)
    except ReactionRefused as refusal:
        raise bad_request(str(refusal), "signal") from refusal
    # What is another's is waited for like what never was: neither an answer nor its time must tell which.
    exchange = await _booked(lambda: _own(back.store, caller, body.exchange_id))
    if exchange is None:
        raise Fault(f"no exchange {body.exchange_id!r} belongs to this key", kind=FaultKind.NOT_FOUND)
    board = back.standing().board
    told = feedback_on(exchange, board, id=back.new_id(), at_s=back.clock.now_s(), signal=body.signal, y=y)
    _tell(back, told)
    return Reacted(told.id, told.side is not None or teaches(exchange, board))


def _own(store: Store, caller: Caller, exchange_id: str) -> Exchange | None:
    row = store.exchange(exchange_id)
    return row if row is not None and (row.key, row.tenant) == (caller.name, caller.tenant) else None


def _tell(back: Back, record: Record) -> None:
    if back.journal.full:
        raise Fault("the journal's spool is full; try again once it drains", kind=FaultKind.UNAVAILABLE)
    back.journal.append(record)


async def _booked(ask: Callable[[], T | None]) -> T | None:
    """What the books say, once they have it; None if they do not get it in time."""
    waited_s = 0.0
    while True:
        found = await asyncio.to_thread(ask)
        if found is not None or waited_s >= BOOKS_WAIT_S:
            return found
        await asyncio.sleep(BOOKS_LOOK_S)
        waited_s += BOOKS_LOOK_S


STEERING = (
    Operation("POST", "/feedback", reacted, statuses=(202,)),
    Operation("GET", "/labels", asked, roles=("label", "operate")),
    Operation("POST", "/labels/{id}", labelled, roles=("label", "operate"), statuses=(202,)),
    *(
        Operation("POST", f"/parity/{{route}}/{{kind}}/{verb}", _ordering(verb), ("operate",), (200, 202, 409))
        for verb in VERBS
    ),
)
