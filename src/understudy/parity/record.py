"""The record: every move as one link of a hash chain, with all that is needed to make its figures again.

A link is the canonical JSON of what happened (keys sorted, no white space) with the hash of the link before it inside;
its own hash is SHA-256 over exactly those bytes. What is verified is the text as it was stored, not a value decoded
from it. The chain runs over all slices in the order of writing, so that none can be dropped in silence.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from understudy.parity.assign import ALGORITHM
from understudy.parity.gate import Decision, Evidence, Facts, Policy
from understudy.parity.ladder import Rung
from understudy.parity.state import Move, SliceState
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence

FORM = "transition/1"
FIRST = ""
ENGINE = "engine"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link as it is stored: its place in the chain, its text, and the two hashes."""

    seq: int
    at_s: float
    hypothesis: str
    body: bytes
    prev_hash: str
    hash: str

    def told(self) -> dict[str, Any]:
        """What the link tells, by the names that `write` gave."""
        body: dict[str, Any] = msgspec.json.decode(self.body)
        return body


class Place(msgspec.Struct, frozen=True):
    """Where the next link goes, and by what: `salt_id` names the secret that assignments are made with."""

    seq: int
    prev_hash: str
    salt_id: str
    code: str


class Told(msgspec.Struct, frozen=True):
    """What a link tells besides the evidence: who moved the slice, and what was known about it at the time.

    `context` holds figures that no decision rests on: flips with sampled ids, money spent, the judge's health.
    """

    actor: str = ENGINE
    note: str = ""
    context: Mapping[str, Any] = {}


def write(
    before: SliceState, decision: Decision, policy: Policy, facts: Facts, at_s: float, place: Place, told: Told
) -> Link:
    """The link of a move, from the state before it."""
    hypothesis = before.hypothesis
    body = msgspec.json.encode(
        {
            "form": FORM,
            "seq": place.seq,
            "prev_hash": place.prev_hash,
            "at_s": at_s,
            "slice": str(hypothesis.slice),
            "hypothesis": {"id": hypothesis.id, **msgspec.to_builtins(hypothesis)},
            "move": str(decision.move),
            "from": before.rung.label,
            "to": decision.to.label,
            "reason": decision.reason,
            "evidence": msgspec.to_builtins(Evidence.of(before)),
            "e": e_value(before.promotion.log_e),
            "sequence": msgspec.to_builtins(confidence(before.levels, bound=before.bound)),
            "units": before.promotion.mixture.n,
            "policy": msgspec.to_builtins(policy),
            "facts": msgspec.to_builtins(facts),
            "actor": told.actor,
            "note": told.note,
            "context": told.context,
            "assignment": {"algorithm": ALGORITHM, "salt": place.salt_id},
            "code": place.code,
            "replay": f"understudy parity replay {hypothesis.slice}",
        },
        order="sorted",
    )
    return Link(
        seq=place.seq,
        at_s=at_s,
        hypothesis=hypothesis.id,
        body=body,
        prev_hash=place.prev_hash,
        hash=digest(body),
    )


def digest(body: bytes) -> str:
    """The hash of a link's text: SHA-256, in hex."""
    return hashlib.sha256(body).hexdigest()


def broken(chain: Sequence[Link]) -> str | None:
    """The first link that does not hold, in words; None if all do."""
    tip = FIRST
    for link in chain:
        if digest(link.body) != link.hash:
            return f"transition {link.seq} was changed after it was written: its hash does not fit"
        if link.prev_hash != tip or link.told()["prev_hash"] != tip:
            return f"transition {link.seq} does not follow the one before it: a link is missing"
        tip = link.hash
    return None


def holding(chain: Iterable[Link]) -> dict[str, float]:
    """Log e by hypothesis, frozen at its promotion to 100 %; it counts in the fleet even after a fall."""
    found: dict[str, float] = {}
    for link in chain:
        told = link.told()
        if told["move"] == Move.UP and told["to"] == Rung.P100.label:
            found[link.hypothesis] = told["evidence"]["log_e"]
    return found
