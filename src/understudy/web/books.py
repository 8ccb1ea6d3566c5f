"""What the books tell of traffic: the bill, the journal's newest rows, one row with its explanation. Never words."""

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value
from understudy.jobs.explaining import account
from understudy.policy.keys import Caller
from understudy.ports import Bill, Exchange
from understudy.web.back import Back, whose
from understudy.web.operations import Operation

# Rows of the journal that one page shows.
MAX_EXCHANGES = 1_000


class Money(Value, frozen=True):
    """The bill: of the key's own tenant, or of all with the role `operate`."""

    money: list[Bill]


class Newest(Value, frozen=True):
    """Which rows of the journal are wanted."""

    limit: Annotated[int, Meta(ge=1, description=f"So many rows, {MAX_EXCHANGES:,} at most.")] = 100
    route: Annotated[str | None, Meta(description="Of this route alone.")] = None


class Row(Exchange, frozen=True, kw_only=True, tag=False, omit_defaults=False):
    """A row of the journal: one request and its reply, in figures and names, never words."""


class Journal(Value, frozen=True):
    """Rows of the journal, the newest first."""

    exchanges: list[Row]


class Explained(Value, frozen=True):
    """One row of the journal, and why it went as it did, one line a fact."""

    exchange: Row
    explanation: list[str]


async def money(back: Back, caller: Caller) -> Money:
    """What was asked and what it cost, by tenant, route, kind, model and purpose.

    Of the key's own tenant; of all with the role `operate`.
    """
    return Money(await asyncio.to_thread(back.store.money, tenant=whose(caller)))


async def exchanges(back: Back, caller: Caller, query: Newest) -> Journal:
    """The journal's newest rows.

    Of the key's own tenant; of all with the role `operate`.
    """
    limit = min(query.limit, MAX_EXCHANGES)
    rows = await asyncio.to_thread(back.store.exchanges, limit, route=query.route, tenant=whose(caller))
    return Journal([_row(row) for row in rows])


async def exchange(back: Back, caller: Caller, id: str) -> Explained:
    """One row of the journal by its id, which is in the header `x-understudy-request-id` of the answer, explained.

    Of the key's own tenant; of any with the role `operate`.
    """
    row = await asyncio.to_thread(back.store.exchange, id)
    if row is None or whose(caller) not in (None, row.tenant):
        words = f"the journal has no exchange {id!r}; its id is in x-understudy-request-id"
        raise Fault(words, kind=FaultKind.NOT_FOUND)
    # Without the tenant's own words: a bucket of them has its number.
    return Explained(_row(row), [*account(row)])


def _row(exchange: Exchange) -> Row:
    fields: dict[str, Any] = msgspec.structs.asdict(exchange)
    return Row(**fields)


BOOKS = (
    Operation("GET", "/money", money),
    Operation("GET", "/exchanges", exchanges),
    Operation("GET", "/exchanges/{id}", exchange),
)
