"""What people may ask of a slice: hold it, release it, lower it, approve its next rung, try it once more.

Nobody may raise a share: that takes evidence, or the incumbent's last day. Everything asked is kept with who asked and
what came of it; what moves a slice is a link of the record besides.
"""

from collections.abc import Iterable

from understudy.parity.gate import Approval, Decision
from understudy.parity.ladder import NEXT, Rung
from understudy.parity.slices import Hypothesis
from understudy.parity.state import Move, SliceState, Status
from understudy.ports import OrderRow

# A person may try these again with new wealth; an alarm reopens by itself.
_RETRIABLE = (Status.STOPPED, Status.ROLLED_BACK)


class Refused(Exception):
    """What was asked cannot be done; the message says why, and what can."""


def by_hand(state: SliceState, order: OrderRow) -> Decision:
    """The move that an order makes of a slice; Move.NONE for one that only is kept. Raises Refused."""
    if state.ended is not None:
        raise Refused(f"the slice is {state.status.value}; only a retry is left")
    said = f"{order.who} asked for it" + (f": {order.note}" if order.note else "")
    match order.verb:
        case "hold":
            return Decision(Move.HOLD, state.rung, f"held at {state.rung.label}; {said}")
        case "release":
            if not state.held:
                raise Refused("the slice is not held")
            return Decision(Move.RELEASE, state.rung, f"released at {state.rung.label}; {said}")
        case "lower":
            rung = _rung(order)
            if state.forced or not rung < state.rung:
                below = ", ".join(one.label for one in Rung if one < state.rung) or "nothing"
                why = (
                    "its incumbent has retired"
                    if state.forced
                    else f"it stands at {state.rung.label}; below is {below}"
                )
                raise Refused(f"the slice cannot be lowered to {rung.label}: {why}")
            return Decision(Move.LOWER, rung, f"lowered to {rung.label} and held; {said}")
        case _:
            return _approved(state, order)


def _approved(state: SliceState, order: OrderRow) -> Decision:
    following = NEXT.get(state.rung)
    rung = _rung(order)
    if rung is not following:
        ask = f"the next one is {following.label}" if following is not None else "there is none above"
        raise Refused(f"{rung.label} is not the next rung: {ask}; an approval does not carry over")
    return Decision(Move.NONE, state.rung, f"{order.who} approves {rung.label}")


def _rung(order: OrderRow) -> Rung:
    try:
        return Rung(order.rung if order.rung is not None else -1)
    except ValueError:
        known = ", ".join(str(one.value) for one in Rung)
        raise Refused(f"{order.rung!r} is no rung; the rungs are {known} %") from None


def retried(state: SliceState) -> Hypothesis:
    """The hypothesis to open again. Raises Refused."""
    if state.ended not in _RETRIABLE:
        raise Refused(f"the slice is {state.status.value}; only one that was stopped or rolled back is tried again")
    return state.hypothesis.retry()


def approvals_of(orders: Iterable[OrderRow]) -> tuple[Approval, ...]:
    """The approvals among the orders under one hypothesis."""
    return tuple(
        Approval(one.hypothesis, Rung(one.rung), one.who, one.at_s, one.seen)
        for one in orders
        if one.verb == "approve" and one.done and one.rung is not None
    )
