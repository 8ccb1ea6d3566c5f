"""Explaining an exchange of the journal: the decision that was made, and what came of it."""

from collections.abc import Iterator, Mapping

from understudy.ports import Exchange
from understudy.routing.explain import explained


def account(exchange: Exchange, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Why this exchange went as it did, one line a fact. `names` has the tenant's n-grams for buckets."""
    decision = exchange.decision
    if decision is not None:
        yield from explained(decision, names)
    elif exchange.reason:
        yield exchange.reason
    if decision is not None and exchange.model not in (None, decision.chosen):
        why = exchange.reason.removeprefix(decision.why).lstrip("; ")
        yield f"but {exchange.model} answered{f': {why}' if why else ''}"
    tried = ", ".join(f"{one.model} {one.outcome}" for one in exchange.attempts)
    if len(exchange.attempts) > 1:
        yield f"asked in turn: {tried}"
    if exchange.fault is not None:
        why = exchange.message or tried or "nobody said why"
        yield f"{exchange.status} ({exchange.http_status}, {exchange.fault}): {why}"
