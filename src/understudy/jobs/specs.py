"""What the operator says of a route: who serves it, who hopes to, and when a slice of it may move."""

import re
from typing import Annotated, Literal

from msgspec import Meta

from understudy.canon.value import Value
from understudy.parity.gate import Policy
from understudy.parity.slices import RiskClass

# A route is part of a slice's text form, which is cut at ':' and '/'.
RouteName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")]
Duration = Annotated[str, Meta(pattern=r"^\d+(\.\d+)?(ms|s|m|h|d)\Z")] | Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Margin = Annotated[float, Meta(gt=0, lt=1)]
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(duration: str | float) -> float:
    """A duration in seconds: a number is seconds already, text has its unit (ms, s, m, h, d)."""
    if not isinstance(duration, str):
        return float(duration)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", duration)
    if match is None:
        raise ValueError(f"{duration!r} is no duration; write 30s, 5m, 1h or 1d")
    return float(match[1]) * _UNITS_S[match[2]]


class ParitySpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a slice may move. `shadow` is the share of requests that both models answer, in [0, 1].

    `margin` is the largest loss of quality that is still acceptable; `dwell` the shortest stay on a rung, and `cycle`
    that before half of the traffic moves; `watch` the average number of pairs between false alarms after 100 %;
    `unit_idle` the silence that closes a conversation.
    """

    margin: Margin = 0.05
    shadow: Fraction = 0.05
    check: str = "expected"
    dwell: Duration = "1h"
    cycle: Duration = "1d"
    risk: Literal["normal", "high"] = "normal"
    approvals: Annotated[int, Meta(ge=0)] = 0
    watch: Annotated[float, Meta(gt=1)] = 1000.0
    unit_idle: Duration = "30m"

    def policy(self, *, multi_turn: bool) -> Policy:
        """The gate's policy; whether a slice holds conversations is seen in its traffic."""
        return Policy(
            dwell_s=seconds(self.dwell),
            cycle_s=seconds(self.cycle),
            risk=RiskClass(self.risk),
            approvals=self.approvals,
            multi_turn=multi_turn,
            watch_at=self.watch,
        )


class RouteSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One route: a name that callers put in `model`."""

    name: RouteName
    incumbent: str
    candidate: str | None = None
    fallbacks: tuple[str, ...] = ()
    parity: ParitySpec = ParitySpec()
