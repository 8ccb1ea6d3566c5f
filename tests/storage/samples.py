"""Records and rows as the house makes them, numbered: the same number gives the same value."""

from typing import Any

import msgspec

from understudy.canon.messages import Message
from understudy.canon.omissions import Omission
from understudy.canon.parts import Text
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.ports import (
    Answered,
    Attempt,
    Exchange,
    HypothesisRow,
    OrderRow,
    OutcomeRow,
    Paired,
    PairRow,
    Record,
    Sampled,
    SliceRow,
    TextRow,
    TransitionRow,
    VerdictRow,
)

HYPOTHESIS = "hyp_1"
SECRET = b"the secret of these tests"


def exchange(number: int, **changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "id": f"ex_{number:08d}",
        "at_s": 1_700_000_000.0 + number / 7,
        "key": "payments-team",
        "route": "assistant",
        "kind": "extraction",
        "dialect": "wire",
        "asked": "assistant",
        "model": "llama",
        "owned": True,
        "build": "2026-11-20",
        "reason": "candidate at 25 % of the slice",
        "stream": True,
        "stop": "end",
        "usage": Usage(uncached_in=900 + number, cache_read=100, out=220, reasoning=20, flags=("usage_odd",)),
        "cost_nano_usd": 1_000 + number,
        "incumbent_cost_nano_usd": 5_000 + number,
        "latency_ms": 812.3456789,
        "first_token_ms": 101.5,
        "attempts": (Attempt("llama", "ok", 200, 811.0),),
        "omissions": (Omission("top_k", "no such knob"),),
        "hypothesis": HYPOTHESIS,
        "unit": f"unit_{number}",
        "bucket": 0.123456789012345,
        "share": 0.25,
    }
    return Exchange(**(values | changes))


def sampled(number: int) -> Sampled:
    return Sampled(
        exchange_id=f"ex_{number:08d}",
        at_s=float(number),
        hypothesis=HYPOTHESIS,
        unit=f"unit_{number}",
        served="incumbent",
        deadline_s=number + 600.0,
        propensity=0.05,
    )


def paired(number: int, words: str = "one line of an invoice") -> Paired:
    reply = Reply(id="r", model="llama", dialect="wire", parts=(Text("total: 12"),))
    return Paired(
        exchange_id=f"ex_{number:08d}",
        at_s=float(number),
        settled_at_s=number + 2.0,
        deadline_s=number + 600.0,
        hypothesis=HYPOTHESIS,
        unit=f"unit_{number}",
        served="incumbent",
        request=Request(model="assistant", messages=(Message("user", (Text(words),)),), dialect="wire"),
        candidate=Answered(model="llama", build="b1", reply=reply),
        incumbent=Answered(model="claude", build="b2", missing="timeout"),
    )


def records(number: int) -> tuple[Record, ...]:
    """What one exchange appends: its row, and for every third one a comparison."""
    return (exchange(number), sampled(number), paired(number)) if number % 3 == 0 else (exchange(number),)


def open_pair(number: int, hypothesis: str = HYPOTHESIS) -> PairRow:
    return PairRow(
        exchange_id=f"ex_{number:08d}",
        hypothesis=hypothesis,
        unit=f"unit_{number}",
        at_s=float(number),
        served="candidate",
        deadline_s=number + 600.0,
        propensity=0.05,
        idle_s=1800.0,
    )


def settled_pair(number: int, **changes: Any) -> PairRow:
    """A settlement as the judge hands it over: it does not repeat what the announcement said."""
    values: dict[str, Any] = {
        "exchange_id": f"ex_{number:08d}",
        "hypothesis": HYPOTHESIS,
        "unit": f"unit_{number}",
        "at_s": number + 2.0,
        "served": "candidate",
        "deadline_s": number + 2.0,
        "propensity": 0.0,
        "settled": True,
        "candidate": 1.0,
        "incumbent": 0.25,
        "incumbent_good": False,
        "missing": None,
        "candidate_build": "b1",
        "incumbent_build": "b2",
        "prompt_hash": "aa",
        "shadow_cost_nano_usd": 77,
    }
    return PairRow(**(values | changes))


def outcome(number: int, value: float | None = 1.0, hypothesis: str = HYPOTHESIS) -> OutcomeRow:
    return OutcomeRow(
        exchange_id=f"ex_{number:08d}", hypothesis=hypothesis, at_s=float(number), side="candidate", outcome=value
    )


def hypothesis_row(name: str = HYPOTHESIS, **changes: Any) -> HypothesisRow:
    values: dict[str, Any] = {
        "id": name,
        "tenant": "default",
        "route": "assistant",
        "kind": "extraction",
        "attempt": 1,
        "registered_at_s": 1.5,
        "body": b'{"margin":0.05}',
    }
    return HypothesisRow(**(values | changes))


def slice_row(**changes: Any) -> SliceRow:
    values: dict[str, Any] = {
        "tenant": "default",
        "route": "assistant",
        "kind": "extraction",
        "hypothesis": HYPOTHESIS,
        "share": 0.0,
        "shadow": True,
        "watching": False,
        "state": b'{"rung":0}',
        "updated_at_s": 2.5,
    }
    return SliceRow(**(values | changes))


def transition(seq: int, prev_hash: str, own_hash: str, **changes: Any) -> TransitionRow:
    values: dict[str, Any] = {
        "seq": seq,
        "tenant": "default",
        "route": "assistant",
        "kind": "extraction",
        "hypothesis": HYPOTHESIS,
        "at_s": 3.25,
        "body": b'{"to":"1 %"}',
        "prev_hash": prev_hash,
        "hash": own_hash,
    }
    return TransitionRow(**(values | changes))


def answered(number: int, **changes: object) -> PairRow:
    """A pair whose answers are there and whose verdict is not."""
    return msgspec.structs.replace(
        settled_pair(number), settled=False, answered=True, candidate=None, incumbent=None, **changes
    )


def verdict(pair: PairRow, source: str = "judge", score: float = 0.5) -> VerdictRow:
    said = {"exchange_id": pair.exchange_id, "hypothesis": pair.hypothesis, "source": source, "score": score}
    return msgspec.convert(said | {"at_s": 1.0, "by": "third", "digest": "d"}, VerdictRow)


def text(pair: PairRow, expires_at_s: float = 100.0) -> TextRow:
    return TextRow(
        exchange_id=pair.exchange_id,
        hypothesis=pair.hypothesis,
        at_s=1.0,
        expires_at_s=expires_at_s,
        body=b"private words",
        candidate_model="own",
        candidate_may_train=True,
        candidate_may_evaluate=True,
        incumbent_model="rented",
        incumbent_may_train=False,
        incumbent_may_evaluate=True,
    )


def order(number: int, **changes: object) -> OrderRow:
    made = OrderRow(
        id=f"o{number}",
        at_s=1.0,
        tenant="default",
        route="r",
        kind="k",
        verb="hold",
        who="ann",
        rung=None,
        seen="",
        note="",
    )
    return msgspec.structs.replace(made, **changes)
