"""What a report tells, asked of the books: every slice with its course, its moves and its flips; money; imports.

Words of callers are read only where the caller of this room says so, and only while the books still keep them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from understudy.canon.value import Value
from understudy.jobs.booking import words_of
from understudy.jobs.context import Worth, context_from, lot, worths
from understudy.jobs.evidence import turns_of
from understudy.jobs.imported import ImportedView, imported_views
from understudy.jobs.labelling import conversation, shown
from understudy.jobs.recording import link_of
from understudy.jobs.registrar import slice_of
from understudy.jobs.replaying import Finding, replay_all
from understudy.jobs.report.history import Course, course
from understudy.jobs.report.pool_gather import PoolsReport, stretch_of
from understudy.jobs.specs import ParitySpec
from understudy.jobs.status import SliceView, views
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.parity.record import Link
from understudy.parity.slices import Hypothesis
from understudy.parity.units import entering
from understudy.ports import HypothesisRow, SpendRow, Store, TransitionRow

# Flips that are shown with their words, of each sign; more are there by id.
SHOWN_FLIPS = 4
# Words of one answer that are shown: a page, not a book.
MAX_SHOWN_CHARS = 4_000


class Flip(Value, frozen=True, kw_only=True):
    """One pair on which the two models parted: what it was worth, and the words where they are still kept."""

    id: str
    worth: float
    failure: str | None
    prompt: str | None = None
    own: str | None = None
    rented: str | None = None


class Moved(Value, frozen=True, kw_only=True):
    """One move of a slice, as its link tells it; `at_s` is Unix time."""

    at_s: float
    move: str
    before: str
    to: str
    e: float
    reason: str
    actor: str


class SliceReport(Value, frozen=True, kw_only=True):
    """One slice: where it stands, how it got there, where the models part, and what the context of a link tells."""

    view: SliceView
    course: Course
    moves: tuple[Moved, ...]
    flips: tuple[Flip, ...]
    context: dict[str, Any]


class Report(Value, frozen=True, kw_only=True):
    """All that a report tells. `at_s` is when it was made; `findings` is the replay of the whole record."""

    at_s: float
    slices: tuple[SliceReport, ...]
    findings: tuple[Finding, ...]
    spending: tuple[SpendRow, ...]
    stretch_s: int
    imports: tuple[ImportedView, ...]
    words: bool
    pools: PoolsReport | None = None


def gather(
    store: Store,
    specs: Mapping[str, ParitySpec],
    now_s: float,
    *,
    words: bool,
    places: int = DEFAULT_PLACES,
    only: str | None = None,
    pools: PoolsReport | None = None,
    tenant: str | None = None,
) -> Report:
    """The report on every configured slice, of one tenant or of all, or on one; `words` shows those of flips.

    It tells of `pools` besides.
    """
    known = {row.id: row for row in store.hypotheses()}
    record = store.transitions()
    stretch_s = stretch_of(store, now_s)
    return Report(
        at_s=now_s,
        slices=tuple(
            _slice(store, view, known[view.hypothesis], record, words=words)
            for view in views(store, specs, now_s, places, tenant)
            if only is None or view.slice == only
        ),
        findings=tuple(replay_all(store, tenant=tenant)),
        spending=tuple(row for row in store.spending(stretch_s, tenant=tenant) if row.route in specs),
        stretch_s=stretch_s,
        imports=tuple(one for one in imported_views(store, tenant) if only is None or one.slice == only),
        words=words,
        pools=pools,
    )


def _slice(
    store: Store, view: SliceView, registered: HypothesisRow, record: Sequence[TransitionRow], *, words: bool
) -> SliceReport:
    hypothesis = msgspec.json.decode(registered.body, type=Hypothesis)
    pairs, verdicts = store.pairs(registered.id), store.verdicts(registered.id)
    links = [link_of(row) for row in record if row.hypothesis == registered.id]
    units = entering(turns_of(pairs, verdicts, hypothesis.outcome), float("inf"))
    mine = [link_of(row) for row in record if slice_of(row) == slice_of(registered)]
    worth = worths(pairs, verdicts)
    return SliceReport(
        view=view,
        course=course(hypothesis, registered.registered_at_s, links, units),
        moves=tuple(map(_moved, mine)),
        flips=tuple(_flip(store, one, words=words) for one in _parted(worth)),
        context=context_from(worth, verdicts),
    )


def _moved(link: Link) -> Moved:
    told = link.told()
    return Moved(
        at_s=link.at_s,
        move=told["move"],
        before=told["from"],
        to=told["to"],
        e=told["e"],
        reason=told["reason"],
        actor=told["actor"],
    )


def _parted(worth: Sequence[Worth]) -> list[Worth]:
    """A few pairs of each sign, drawn by hash and so by nobody's choice; the candidate's losses first."""
    lost = sorted((one for one in worth if one.x is not None and one.x < 0), key=lot)
    won = sorted((one for one in worth if one.x is not None and one.x > 0), key=lot)
    return [*lost[:SHOWN_FLIPS], *won[:SHOWN_FLIPS]]


def _flip(store: Store, one: Worth, *, words: bool) -> Flip:
    bare = Flip(id=one.row.exchange_id, worth=one.x or 0.0, failure=one.row.candidate_failure)
    kept = store.waiting_for(one.row.exchange_id) if words else None
    if kept is None:
        return bare
    said = words_of(kept.text)
    return msgspec.structs.replace(
        bare,
        prompt=_clipped(conversation(said.request)),
        own=_clipped(shown(said.candidate.reply)),
        rented=_clipped(shown(said.incumbent.reply)),
    )


def _clipped(words: str) -> str:
    if len(words) <= MAX_SHOWN_CHARS:
        return words
    return f"{words[:MAX_SHOWN_CHARS]}\n… ({len(words) - MAX_SHOWN_CHARS:,} characters more)"
