"""Pairs measured elsewhere: they get a hypothesis of their own and never touch the wealth of one that moves traffic.

What an evaluation shows was not drawn from the traffic that a slice serves, and not registered before it was seen; so
it says where to begin, and opens no rung. Its evidence is made from its pairs whenever somebody looks.
"""

import logging
import math

import msgspec

from understudy.canon.value import Value
from understudy.jobs.evidence import turns_of
from understudy.parity.ladder import opens
from understudy.parity.slices import Hypothesis
from understudy.parity.state import SliceState, absorb, open_slice
from understudy.parity.units import entering
from understudy.ports import Batch, HypothesisRow, Imported, PairRow, Store
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence

log = logging.getLogger(__name__)


class ImportedView(Value, frozen=True, kw_only=True):
    """What an import shows: means and differences in [0, 1], and how far its evidence would open the ladder."""

    slice: str
    hypothesis: str
    candidate: str
    incumbent: str
    check: str
    margin: float
    pairs: int
    wins: int
    losses: int
    difference: float | None
    low: float
    high: float
    e: float
    would_open: str


def enter_imported(store: Store, record: Imported) -> None:
    """Register an import's hypothesis and enter its pairs, each once; a body that does not fit its id is left out."""
    hypothesis = msgspec.json.decode(record.body, type=Hypothesis)
    if hypothesis.id != record.hypothesis:
        log.warning("import %s names hypothesis %s, its definition is %s", record.id, record.hypothesis, hypothesis.id)
        return
    row = HypothesisRow(
        id=hypothesis.id,
        tenant=hypothesis.slice.tenant,
        route=hypothesis.slice.route,
        kind=hypothesis.slice.kind,
        attempt=hypothesis.attempt,
        registered_at_s=record.at_s,
        body=record.body,
        imported=True,
    )
    store.register(row, None)
    store.enter(Batch(settled=tuple(_pair(record, hypothesis, place) for place in range(len(record.pairs)))))


def _pair(record: Imported, hypothesis: Hypothesis, place: int) -> PairRow:
    measured = record.pairs[place]
    name = f"import:{hypothesis.id}:{measured.id}"
    return PairRow(
        exchange_id=name,
        hypothesis=hypothesis.id,
        unit=name,
        at_s=record.at_s,
        served="incumbent",
        deadline_s=record.at_s,
        propensity=1.0,
        settled=True,
        candidate=measured.candidate,
        incumbent=measured.incumbent,
        candidate_build=hypothesis.candidate,
        incumbent_build=hypothesis.incumbent,
        prompt_hash=measured.prompt_hash,
    )


def imported_views(store: Store, tenant: str | None = None) -> list[ImportedView]:
    """Every import, oldest first, of one tenant or of all."""
    rows = [row for row in store.hypotheses() if row.imported and tenant in (None, row.tenant)]
    return [_view(_state(store, row)) for row in rows]


def _state(store: Store, row: HypothesisRow) -> SliceState:
    state = open_slice(msgspec.json.decode(row.body, type=Hypothesis), row.registered_at_s)
    for pair in entering(turns_of(store.pairs(row.id)), math.inf):
        state = absorb(state, pair)
    return state


def _view(state: SliceState) -> ImportedView:
    hypothesis, interval = state.hypothesis, confidence(state.levels)
    return ImportedView(
        slice=str(hypothesis.slice),
        hypothesis=hypothesis.id,
        candidate=hypothesis.candidate,
        incumbent=hypothesis.incumbent,
        check=f"{hypothesis.check} {hypothesis.check_version}",
        margin=hypothesis.margin,
        pairs=state.promotion.mixture.n,
        wins=state.levels.wins,
        losses=state.levels.losses,
        difference=state.levels.mean,
        low=interval.low,
        high=interval.high,
        e=e_value(state.promotion.log_e),
        would_open=opens(state.promotion.log_e).label,
    )
