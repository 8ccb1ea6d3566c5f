"""Reactions: what a user does with an answer, as an outcome of the slice that gave it.

A reaction counts only from the key that owned the exchange, and as evidence only where a lot decided which model
answered. They are volunteered: they move nothing by themselves but may block, and take back. They are never labels.
"""

from understudy.ports import Exchange, Feedback, Side
from understudy.routing.board import Board

# Signals that say all by happening.
_BAD_NEWS = frozenset({"regenerate", "escalated"})
SIGNALS = ("thumb", "regenerate", "edit_kept", "task_done", "escalated")


class ReactionRefused(Exception):
    """A reaction that means nothing; the message says what does."""


def worth(signal: str, value: float | None) -> float:
    """How content a reaction shows a user to be, in [0, 1]. Raises ReactionRefused."""
    if signal not in SIGNALS:
        raise ReactionRefused(f"signal {signal!r} is none of {', '.join(SIGNALS)}")
    if signal in _BAD_NEWS:
        return 0.0
    if value is None or not 0 <= value <= 1:
        raise ReactionRefused(f"value {value!r} of {signal!r} is not in [0, 1]; 1 is content, 0 is not")
    return float(value)


def feedback_on(exchange: Exchange, board: Board, *, id: str, at_s: float, signal: str, y: float) -> Feedback:
    """The record of a reaction to an exchange."""
    route = board.routes.get(exchange.route or "")
    drawn = exchange.share is not None and 0 < exchange.share < 1 and exchange.hypothesis is not None
    sides: dict[str | None, Side] = {}
    if route is not None and drawn:
        sides = {route.candidate: "candidate", route.incumbent: "incumbent"}
    side = sides.get(exchange.model)
    return Feedback(
        id=id,
        exchange_id=exchange.id,
        at_s=at_s,
        key=exchange.key,
        signal=signal,
        y=y,
        hypothesis=exchange.hypothesis if side is not None else None,
        unit=exchange.unit,
        side=side,
    )


def teaches(exchange: Exchange, board: Board) -> bool:
    """Whether a route with a pool learns from a reaction to this exchange, where its check said nothing."""
    route = board.routes.get(exchange.route or "")
    if route is None or route.judge or not route.feedback:
        return False
    return exchange.purpose == "serve" and exchange.model in route.choose_from
