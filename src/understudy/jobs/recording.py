"""The record: every move as one link of a hash chain, with all that is needed to make its figures again.

A link is the canonical JSON of what happened (keys sorted) with the hash of the link before it inside; its own hash is
SHA-256 over exactly those bytes. The chain runs over all slices, so that none can be dropped in silence.
"""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import msgspec

from understudy.parity.assign import ALGORITHM
from understudy.parity.gate import Decision, Evidence, Facts, Policy
from understudy.parity.ladder import Rung
from understudy.parity.state import Move, SliceState
from understudy.ports import HypothesisRow, Store, TransitionRow
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence

FORM = "transition/1"


class Recorder:
    """Writes links, and remembers what the fleet's decisions need. `salt_id` names the assignment's secret."""

    def __init__(self, store: Store, salt_id: str) -> None:
        self._store = store
        self._salt_id = salt_id
        self.reload()

    def reload(self) -> None:
        """Take up the chain where the books have it."""
        rows = self._store.transitions()
        self._seq = rows[-1].seq if rows else 0
        self._tip = rows[-1].hash if rows else ""
        self._holding = holding_of(rows)
        self._family = family_of(self._store.hypotheses())

    def transition(
        self, before: SliceState, after: SliceState, decision: Decision, policy: Policy, facts: Facts
    ) -> TransitionRow:
        """The next link: a move of one slice."""
        slice_ = before.hypothesis.slice
        body = canonical(
            {
                "form": FORM,
                "seq": self._seq + 1,
                "prev_hash": self._tip,
                "at_s": after.since_s,
                "slice": str(slice_),
                "hypothesis": {"id": before.hypothesis.id, **msgspec.to_builtins(before.hypothesis)},
                "move": str(decision.move),
                "from": before.rung.label,
                "to": after.rung.label,
                "reason": decision.reason,
                "evidence": msgspec.to_builtins(Evidence.of(before)),
                "e": e_value(before.promotion.log_e),
                "sequence": msgspec.to_builtins(confidence(before.levels)),
                "policy": msgspec.to_builtins(policy),
                "facts": msgspec.to_builtins(facts),
                "actor": "engine",
                "assignment": {"algorithm": ALGORITHM, "salt": self._salt_id},
                "code": version("understudy"),
                "replay": f"understudy parity replay {slice_}",
            }
        )
        return TransitionRow(
            seq=self._seq + 1,
            tenant=slice_.tenant,
            route=slice_.route,
            kind=slice_.kind,
            hypothesis=before.hypothesis.id,
            at_s=after.since_s,
            body=body,
            prev_hash=self._tip,
            hash=digest(body),
        )

    def written(self, row: TransitionRow) -> None:
        """The link is in the books: the next one follows it."""
        self._seq, self._tip = row.seq, row.hash
        self._holding |= holding_of([row])

    def opened(self) -> None:
        """One more hypothesis counts in the family."""
        self._family += 1

    def holding(self) -> dict[str, float]:
        """Log e of every hypothesis that was ever promoted to 100 %, as it was then."""
        return self._holding

    def family(self) -> int:
        """How many hypotheses were opened."""
        return self._family


def body_of(row: TransitionRow) -> dict[str, Any]:
    """What a link tells."""
    body: dict[str, Any] = msgspec.json.decode(row.body)
    return body


def canonical(body: dict[str, Any]) -> bytes:
    """JSON in one form: keys sorted, no white space."""
    return msgspec.json.encode(body, order="sorted")


def digest(body: bytes) -> str:
    """The hash of a link: SHA-256 over its bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def holding_of(rows: Iterable[TransitionRow]) -> dict[str, float]:
    """Log e by hypothesis, frozen at its promotion to 100 %; it counts in the fleet even after a fall."""
    found: dict[str, float] = {}
    for row in rows:
        body = body_of(row)
        if body["move"] == Move.UP and body["to"] == Rung.P100.label:
            found[row.hypothesis] = body["evidence"]["log_e"]
    return found


def family_of(rows: Iterable[HypothesisRow]) -> int:
    """The size of the family: every hypothesis counts, those that were stopped too."""
    return sum(1 for _ in rows)
