"""What is said of comparisons that were left out: how many of the last day, and for want of which model's slot."""

from pathlib import Path

import msgspec

from tests.storage.samples import exchange
from understudy.jobs.leaving_out import left_out_of_routes, left_out_of_slices
from understudy.jobs.planning import DAY_S
from understudy.ports import Batch, Exchange
from understudy.storage.open import open_store

NOW_S = 10 * DAY_S


def left_out(number: int, **said: object) -> Exchange:
    row = exchange(number, purpose="shadow", status="refused", at_s=NOW_S - 1.0, tenant="default")
    return msgspec.structs.replace(row, **said)


def test_those_of_the_last_day_are_counted_by_slice_and_by_route(tmp_path: Path) -> None:
    told = (
        left_out(1),
        left_out(2, kind="chat", model="claude"),
        left_out(3, kind="chat"),
        left_out(4, at_s=NOW_S - DAY_S - 1.0),
        left_out(5, status="failed"),
        left_out(6, purpose="serve"),
    )
    store = open_store(f"sqlite:///{tmp_path}/books.db", secret=b"s" * 32)
    store.enter(Batch(exchanges=told))
    slices, routes = left_out_of_slices(store, NOW_S), left_out_of_routes(store, NOW_S)
    store.close()
    why = "had no slot for more; models[].slots says how many calls a model answers at a time"
    assert slices == {
        ("default", "assistant", "extraction"): f"1 comparison of the last day was left out: llama {why}",
        ("default", "assistant", "chat"): f"2 comparisons of the last day were left out: claude, llama {why}",
    }
    assert routes == {("default", "assistant"): f"3 comparisons of the last day were left out: claude, llama {why}"}
