"""Entering: for any order in which batches are told, told again and cut, the books end up the same."""

import os
import random
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.storage.samples import HYPOTHESIS, exchange, open_pair, outcome, records, settled_pair

from understudy.ports import Batch, Exchange
from understudy.storage.entering import MAX_MODEL_CHARS
from understudy.storage.open import open_store
from understudy.storage.spool import SpoolLimits, SpoolWriter

BOOKS_KILLS = 8
# A books process: one batch after another until there is none, telling of each step.
BOOKS = """
import sys
from pathlib import Path
from understudy.ports import Batch, Exchange, PairRow, Sampled
from understudy.storage.open import open_store
from understudy.storage.spool import SpoolReader
store, reader = open_store(sys.argv[1]), SpoolReader(Path(sys.argv[2]))
while True:
    records, places = reader.read(store.positions(), 20)
    if not places:
        break
    exchanges = tuple(record for record in records if isinstance(record, Exchange))
    announced = [record for record in records if isinstance(record, Sampled)]
    names = ("exchange_id", "hypothesis", "unit", "at_s", "served", "deadline_s", "propensity")
    sampled = tuple(PairRow(**{name: getattr(record, name) for name in names}) for record in announced)
    print("read", flush=True)
    store.enter(Batch(exchanges=exchanges, sampled=sampled, positions=places))
    print("entered", flush=True)
    reader.forget(places)
    print("forgot", flush=True)
"""

costs = st.none() | st.integers(0, 5_000)
told = st.builds(
    lambda number, model, purpose, cost, incumbent: exchange(
        number, model=model, purpose=purpose, cost_nano_usd=cost, incumbent_cost_nano_usd=incumbent
    ),
    st.integers(0, 12),
    st.sampled_from([None, "llama", "claude"]),
    st.sampled_from(["serve", "shadow"]),
    costs,
    costs,
)


@settings(max_examples=25, deadline=None)
@given(batches=st.lists(st.lists(told, max_size=8), max_size=5))
def test_money_is_the_sum_of_first_tellings(batches: list[list[Exchange]]) -> None:
    store = open_store("sqlite://")
    first: dict[str, Exchange] = {}
    for batch in batches:
        store.enter(Batch(exchanges=tuple(batch)))
        for row in batch:
            first.setdefault(row.id, row)
    assert sorted(store.exchanges(), key=lambda row: row.id) == sorted(first.values(), key=lambda row: row.id)
    expected: dict[Any, Counter[str]] = {}
    for row in first.values():
        bill = expected.setdefault((row.model, row.purpose), Counter())
        cost, incumbent = row.cost_nano_usd, row.incumbent_cost_nano_usd
        bill["exchanges"] += 1
        bill["costed"] += cost is not None
        bill["cost_nano_usd"] += cost or 0
        if cost is not None and incumbent is not None:
            bill["compared"] += 1
            bill["saved_nano_usd"] += incumbent - cost
    bills = {(row.model, row.purpose): row for row in store.money()}
    assert bills.keys() == expected.keys()
    for key, bill in expected.items():
        for name in ("exchanges", "costed", "cost_nano_usd", "compared", "saved_nano_usd"):
            assert (getattr(bills[key], name) or 0) == bill[name]
    store.close()


@settings(max_examples=25, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 30), max_size=4),
    again=st.booleans(),
    late=st.lists(st.integers(0, 9), max_size=5),
)
def test_cuts_and_repeats_do_not_matter(cuts: list[int], again: bool, late: list[int]) -> None:
    """The same rows in one batch, or in several, each told twice, end in the same books."""
    sampled = [open_pair(number) for number in range(10)]
    settled = [settled_pair(number) for number in [*late, 20, *late]]
    live = [outcome(number, number / 10) for number in late]
    whole, pieces = open_store("sqlite://"), open_store("sqlite://")
    whole.enter(Batch(sampled=tuple(sampled), settled=tuple(settled), outcomes=tuple(live)))
    edges = [0, *sorted(cuts), 31]
    for start, end in pairwise(edges):
        batch = Batch(
            sampled=tuple(sampled[start:end]), settled=tuple(settled[start:end]), outcomes=tuple(live[start:end])
        )
        # A settlement never comes before its announcement: both are told by one worker, in this order.
        pieces.enter(Batch(sampled=tuple(sampled)) if start == 0 else Batch())
        for _ in range(2 if again else 1):
            pieces.enter(batch)
    assert pieces.pairs(HYPOTHESIS) == whole.pairs(HYPOTHESIS)
    assert pieces.outcomes(HYPOTHESIS) == whole.outcomes(HYPOTHESIS)
    whole.close()
    pieces.close()


def test_the_bill_shows_the_beginning_of_an_endless_name() -> None:
    store = open_store("sqlite://")
    store.enter(Batch(exchanges=(exchange(1, model="m" * 10_000), exchange(2, model="m" * 9_000))))
    (bill,) = store.money()
    assert bill.model == "m" * MAX_MODEL_CHARS
    assert bill.exchanges == 2
    store.close()


def test_a_books_process_killed_at_random_instants_loses_and_doubles_nothing(tmp_path: Path) -> None:
    url, spool, numbers = f"sqlite:///{tmp_path / 'books.db'}", tmp_path / "spool", range(900)
    writer = SpoolWriter(spool, "w0", SpoolLimits(segment_bytes=20_000))
    for number in numbers:
        writer.append(*records(number))
    writer.close()
    draw = random.Random(8)
    environment = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
    command = [sys.executable, "-c", BOOKS, url, str(spool)]
    for kill in range(BOOKS_KILLS + 1):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            if kill == BOOKS_KILLS:
                process.stdout.read()
                assert process.wait() == 0
            else:
                for _ in range(draw.randint(1, 25)):
                    process.stdout.readline()
                process.kill()
    store = open_store(url)
    assert [row.id for row in store.exchanges(10_000)] == [f"ex_{number:08d}" for number in reversed(numbers)]
    assert [row.exchanges for row in store.money()] == [len(numbers)]
    sampled = [row.exchange_id for row in store.pairs(HYPOTHESIS)]
    assert sampled == [f"ex_{number:08d}" for number in numbers if number % 3 == 0]
    assert store.positions() == {}
    assert list(spool.iterdir()) == []
    store.close()
