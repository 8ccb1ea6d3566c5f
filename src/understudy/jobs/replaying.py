"""Replay from the books: `parity.replay` makes the moves again, this hands it the stored pairs, outcomes and links.

Nothing that the evaluator kept is read, not the slices' states. A pair that was changed on disk is named by its own
digest before the figures are looked at.
"""

import math
from collections.abc import Sequence

import msgspec

from understudy.canon.value import Value
from understudy.jobs.evidence import live_of, turns_of
from understudy.jobs.judging import pair_digest, verdict_digest
from understudy.jobs.recording import link_of
from understudy.jobs.registrar import slice_of
from understudy.parity.record import Link, broken
from understudy.parity.replay import Disagreement, replay
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.units import entering
from understudy.ports import HypothesisRow, PairRow, Store, VerdictRow


class Finding(Value, frozen=True, kw_only=True):
    """What the replay of one hypothesis found; `words` names the first disagreement."""

    slice: str
    hypothesis: str
    transitions: int
    pairs: int
    agrees: bool
    words: str = ""


def replay_all(store: Store, slice_: SliceId | None = None, tenant: str | None = None) -> list[Finding]:
    """Replay every hypothesis that has moved, of one slice or tenant or of all; the chain is checked first, whole."""
    chain = [link_of(row) for row in store.transitions()]
    wrong = broken(chain)
    findings = []
    for registered in store.hypotheses():
        place = slice_of(registered)
        mine = [link for link in chain if link.hypothesis == registered.id]
        if not mine or slice_ not in (None, place) or tenant not in (None, place.tenant):
            continue
        pairs = store.pairs(registered.id)
        verdicts = store.verdicts(registered.id)
        words = wrong or _changed(pairs, verdicts) or _parted(store, registered, mine, pairs, verdicts)
        findings.append(
            Finding(
                slice=str(place),
                hypothesis=registered.id,
                transitions=len(mine),
                pairs=len(pairs),
                agrees=not words,
                words=words,
            )
        )
    return findings


def _changed(pairs: Sequence[PairRow], verdicts: Sequence[VerdictRow]) -> str:
    for pair in pairs:
        if (pair.settled or pair.answered) and pair.digest != pair_digest(pair):
            return f"pair {pair.exchange_id} was changed after it was settled: its digest does not fit"
    for said in verdicts:
        if said.digest != verdict_digest(said):
            return f"the {said.source}'s verdict on pair {said.exchange_id} was changed: its digest does not fit"
    return ""


def _parted(
    store: Store,
    registered: HypothesisRow,
    links: Sequence[Link],
    pairs: Sequence[PairRow],
    verdicts: Sequence[VerdictRow],
) -> str:
    hypothesis = msgspec.json.decode(registered.body, type=Hypothesis)
    if hypothesis.id != registered.id:
        return f"hypothesis {registered.id} was changed after it was registered: its id does not fit"
    outcomes = [live_of(row) for row in store.outcomes(registered.id)]
    try:
        units = entering(turns_of(pairs, verdicts, hypothesis.outcome), math.inf)
        replay(hypothesis, registered.registered_at_s, links, units, outcomes)
    except Disagreement as found:
        return str(found)
    return ""
