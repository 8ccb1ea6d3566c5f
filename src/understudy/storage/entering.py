"""Entering a batch: what one drain of the spool changes in the books, inside the caller's transaction.

A row that is there already is left as it is: the first word on an exchange counts, however often it is told. The
running totals of money grow with exactly the exchanges that are new.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import Batch, Exchange, Feedback, OutcomeRow, PairRow, TextRow, VerdictRow
from understudy.storage.erasing import surviving
from understudy.storage.keeping import enter_kept
from understudy.storage.learning import enter_comparisons, enter_lessons
from understudy.storage.probing import enter_probes
from understudy.storage.tables import (
    BILLED,
    bills,
    exchanges,
    feedback,
    figure,
    orders,
    outcomes,
    pairs,
    positions,
    spent,
    texts,
    verdicts,
)
from understudy.storage.vault import Vault

log = logging.getLogger(__name__)

# Engines limit the values that one statement may carry, the tightest (an old SQLite) at 999.
MAX_VALUES = 900
# What a caller's money goes to; a day is one of UTC.
SERVING = ("serve", "trial", "attempt")
DAY_S = 86_400
# A caller may name any model of a provider; the bill shows this much of the name.
MAX_MODEL_CHARS = 200
_BUCKETS = ("uncached_in", "cache_read", "cache_write_5m", "cache_write_1h", "out", "reasoning")
_COLUMNS = [column.name for column in exchanges.columns if column.name in Exchange.__struct_fields__]
_OUTCOME = (
    "settled", "candidate", "incumbent", "candidate_good", "incumbent_good", "missing",
    "candidate_build", "incumbent_build", "prompt_hash", "digest", "shadow_cost_nano_usd",
    "answered", "surplus", "rails", "candidate_failure", "incumbent_failure",
    "candidate_cost_nano_usd", "incumbent_cost_nano_usd", "candidate_ms", "incumbent_ms",
)  # fmt: skip


def enter(connection: sa.Connection, batch: Batch, vault: Vault) -> None:
    """Write what is new of a batch, and the places in the spool that it reaches to."""
    _enter_exchanges(connection, batch.exchanges)
    _enter_sampled(connection, batch.sampled)
    _enter_settled(connection, batch.settled)
    _enter_outcomes(connection, [*batch.outcomes, *_outcomes_of(batch.feedback)])
    _enter_verdicts(connection, batch.verdicts)
    # Numbers are all booked; words are not where a tenant was deleted.
    batch = surviving(connection, batch)
    _enter_new(
        connection, texts, texts.c.exchange_id, [_sealed(row, vault) for row in _first(batch.texts, "exchange_id")]
    )
    _enter_new(
        connection, feedback, feedback.c.id, [msgspec.structs.asdict(row) for row in _first(batch.feedback, "id")]
    )
    enter_kept(connection, batch.kept, vault)
    enter_probes(connection, batch.probes)
    enter_comparisons(connection, batch.comparisons, vault)
    enter_lessons(connection, batch.lessons, vault)
    _enter_new(connection, orders, orders.c.id, [msgspec.structs.asdict(row) for row in _first(batch.orders, "id")])
    _move_positions(connection, batch.positions)


def _enter_exchanges(connection: sa.Connection, told: Sequence[Exchange]) -> None:
    known = _known(connection, exchanges.c.id, (exchange.id for exchange in told))
    new = [exchange for exchange in _first(told, "id") if exchange.id not in known]
    if new:
        connection.execute(sa.insert(exchanges), [_exchange_values(exchange) for exchange in new])
        _add_bills(connection, new)
        _add_spent(connection, new)


def _enter_sampled(connection: sa.Connection, told: Sequence[PairRow]) -> None:
    known = _known(connection, pairs.c.exchange_id, (row.exchange_id for row in told))
    _insert(connection, pairs, [row for row in _first(told, "exchange_id") if row.exchange_id not in known])


def _enter_settled(connection: sa.Connection, told: Sequence[PairRow]) -> None:
    """Settle or answer open pairs; one that was never announced is entered as it is, one that was told stays so."""
    told_already = sa.or_(pairs.c.settled, pairs.c.answered)
    settled = _known(connection, pairs.c.exchange_id, (row.exchange_id for row in told), told_already)
    rows = list(_first(told, "exchange_id"))
    _insert(connection, pairs, [row for row in rows if row.exchange_id not in settled])
    closing = [_closing_values(row) for row in rows if row.exchange_id in settled and not settled[row.exchange_id]]
    if closing:
        statement = sa.update(pairs).where(pairs.c.exchange_id == sa.bindparam("of_exchange"))
        connection.execute(statement.values({name: sa.bindparam(name) for name in _OUTCOME}), closing)


def _enter_outcomes(connection: sa.Connection, told: Sequence[OutcomeRow]) -> None:
    known = _known(connection, outcomes.c.exchange_id, (row.exchange_id for row in told))
    _insert(connection, outcomes, [row for row in _first(told, "exchange_id") if row.exchange_id not in known])


def _enter_verdicts(connection: sa.Connection, told: Sequence[VerdictRow]) -> None:
    """The first verdict of a source on a pair; one on a pair that nobody announced says nothing."""
    announced = _known(connection, pairs.c.exchange_id, {row.exchange_id for row in told})
    heard = set()
    for some in portions(list(announced)):
        asked = sa.select(verdicts.c.exchange_id, verdicts.c.source).where(verdicts.c.exchange_id.in_(some))
        heard |= {(row.exchange_id, row.source) for row in connection.execute(asked)}
    new = []
    for row in told:
        if row.exchange_id not in announced:
            log.warning("a verdict by %s on the unknown pair %s is left out", row.by, row.exchange_id)
        elif (row.exchange_id, row.source) not in heard:
            heard.add((row.exchange_id, row.source))
            new.append(row)
    _insert(connection, verdicts, new)


def _outcomes_of(told: Iterable[Feedback]) -> Iterator[OutcomeRow]:
    """Reactions as outcomes: the first of a unit counts, since a later one has the same name."""
    for row in told:
        if row.hypothesis is not None and row.side is not None:
            name = f"feedback:{row.hypothesis}:{row.unit or row.exchange_id}"
            yield OutcomeRow(
                exchange_id=name, hypothesis=row.hypothesis, at_s=row.at_s, side=row.side, outcome=row.y, good=None
            )


def _enter_new(connection: sa.Connection, table: sa.Table, key: sa.Column[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Rows whose key is not there yet."""
    known = _known(connection, key, (row[key.name] for row in rows))
    new = [row for row in rows if row[key.name] not in known]
    if new:
        connection.execute(sa.insert(table), new)


def _sealed(row: TextRow, vault: Vault) -> dict[str, Any]:
    return msgspec.structs.asdict(row) | {"body": vault.seal(row.body, row.exchange_id)}


def _move_positions(connection: sa.Connection, told: Mapping[str, int]) -> None:
    """Places move on and never back; a negative one says that the segment is done with, and its row goes."""
    if not told:
        return
    before = _known(connection, positions.c.segment, told, positions.c.place)
    for some in portions(list(told)):
        connection.execute(sa.delete(positions).where(positions.c.segment.in_(some)))
    after = [
        {"segment": segment, "place": max(place, before.get(segment, 0))}
        for segment, place in told.items()
        if place >= 0
    ]
    if after:
        connection.execute(sa.insert(positions), after)


def _add_bills(connection: sa.Connection, new: Iterable[Exchange]) -> None:
    totals: dict[tuple[str, ...], list[int]] = {}
    for exchange in new:
        model = (exchange.model or "")[:MAX_MODEL_CHARS]
        key: tuple[str, ...] = (exchange.tenant, exchange.route or "", exchange.kind or "", model, exchange.purpose)
        totals[key] = [a + b for a, b in zip(totals.get(key, [0] * len(BILLED)), _figures(exchange), strict=True)]
    for key, added in totals.items():
        row = dict(zip(BILLED, added, strict=True))
        of_key = [column == value for column, value in zip(bills.primary_key.columns, key, strict=True)]
        grown = sa.update(bills).where(*of_key).values({name: bills.c[name] + row[name] for name in BILLED})
        if connection.execute(grown).rowcount == 0:
            names = [column.name for column in bills.primary_key.columns]
            connection.execute(sa.insert(bills).values(dict(zip(names, key, strict=True)) | row))


def _add_spent(connection: sa.Connection, new: Iterable[Exchange]) -> None:
    added: dict[tuple[int, str, str], int] = {}
    for exchange in new:
        if exchange.purpose in SERVING and (cost := figure(exchange.cost_nano_usd)):
            place = (int(exchange.at_s // DAY_S), exchange.key, exchange.route or "")
            added[place] = added.get(place, 0) + cost
    for (day, key, route), cost in added.items():
        here = (spent.c.day == day, spent.c.key == key, spent.c.route == route)
        grown = sa.update(spent).where(*here).values(cost_nano_usd=spent.c.cost_nano_usd + cost)
        if connection.execute(grown).rowcount == 0:
            connection.execute(sa.insert(spent).values(day=day, key=key, route=route, cost_nano_usd=cost))


def _figures(exchange: Exchange) -> list[int]:
    """What one exchange adds to each of the totals."""
    cost, incumbent = figure(exchange.cost_nano_usd), figure(exchange.incumbent_cost_nano_usd)
    saved = 0 if cost is None or incumbent is None else incumbent - cost
    compared = cost is not None and incumbent is not None
    return [1, cost is not None, cost or 0, incumbent is not None, incumbent or 0, compared, saved]


def _exchange_values(exchange: Exchange) -> dict[str, Any]:
    values = {name: getattr(exchange, name) for name in _COLUMNS}
    values |= {name: getattr(exchange.usage, name) for name in _BUCKETS}
    values["record"] = msgspec.json.encode(exchange)
    return values


def _closing_values(row: PairRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OUTCOME} | {"of_exchange": row.exchange_id}


def _insert(
    connection: sa.Connection, table: sa.Table, rows: Sequence[PairRow] | Sequence[OutcomeRow] | Sequence[VerdictRow]
) -> None:
    """New rows in their order; the engine numbers them."""
    if rows:
        names = [column.name for column in table.columns if column.name != "seq"]
        connection.execute(sa.insert(table), [{name: getattr(row, name) for name in names} for row in rows])


def _known(
    connection: sa.Connection, column: sa.Column[Any], ids: Iterable[str], value: sa.ColumnElement[Any] | None = None
) -> dict[str, Any]:
    """Which of some ids are in the books, each with the value of another column of its row."""
    found: dict[str, Any] = {}
    for some in portions(list(ids)):
        asked = sa.select(column, column if value is None else value).where(column.in_(some))
        found.update((row[0], row[1]) for row in connection.execute(asked))
    return found


def _first(rows: Iterable[Any], name: str) -> Iterator[Any]:
    """The first row of each id."""
    seen: set[str] = set()
    for row in rows:
        if (found := getattr(row, name)) not in seen:
            seen.add(found)
            yield row


def portions(ids: list[str]) -> Iterator[list[str]]:
    """The ids in pieces that one statement may carry."""
    for start in range(0, len(ids), MAX_VALUES):
        yield ids[start : start + MAX_VALUES]
