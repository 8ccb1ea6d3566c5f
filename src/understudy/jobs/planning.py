"""The plan: what each slice still needs before it may rise, in pairs, days and money, before any of it is spent.

Traffic and prices are read from the journal, evidence from the slices; where there is neither yet, a supposed traffic
does. A slice that its traffic cannot decide within the horizon is told so, and what it could be pooled with.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from understudy.canon.value import Value
from understudy.jobs.registrar import rate_of, slice_of, state_of
from understudy.jobs.specs import ParitySpec
from understudy.parity.forecast import Guess, fixed_n, pairs_to
from understudy.parity.ladder import Rung, threshold
from understudy.parity.slices import RiskClass, SliceId
from understudy.parity.state import SliceState
from understudy.ports import LeftOutRow, Store, TrafficRow
from understudy.stats.mixture import Levels

DAY_S = 86_400.0
# What comparing is made of; all else is asked to serve.
COMPARING = ("shadow", "judge")
# Traffic is what the last week showed; a younger journal is scaled by its age.
LOOKBACK_DAYS = 7.0
HORIZON_DAYS = 90.0
_SHOWN = (Rung.P1, Rung.P25, Rung.P100)


class Traffic(Value, frozen=True):
    """What a slice's traffic is, a day: requests, and what one answer for comparison costs, in dollars, if known.

    `made` is the share of drawn comparisons that were made: the others were left out, since a model had no slot.
    """

    requests_per_day: float
    usd_per_pair: float | None = None
    made: float = 1.0


class Need(Value, frozen=True):
    """What one rung still takes. None: not to be had at this margin, or a price is not known."""

    rung: str
    pairs: int | None
    days: float | None
    usd: float | None


class SlicePlan(Value, frozen=True, kw_only=True):
    """One slice's plan. `rate` is the share of requests that are compared; `fixed_n` what a fixed test would take."""

    slice: str
    margin: float
    requests_per_day: float
    rate: float
    usd_per_pair: float | None
    seen: int
    needs: tuple[Need, ...]
    fixed_n: int
    decidable: bool
    words: str


def plan(
    store: Store,
    specs: Mapping[str, ParitySpec],
    now_s: float,
    guess: Guess = Guess(),  # noqa: B008
    tenant: str | None = None,
) -> list[SlicePlan]:
    """The plan of every slice that traffic has shown, of one tenant or of all, in order of name."""
    seen = traffic_of(store, now_s)
    plans = []
    for row in store.slices():
        spec = specs.get(row.route)
        if spec is not None and tenant in (None, row.tenant):
            slice_ = str(slice_of(row))
            traffic = seen.get(slice_, Traffic(0.0))
            rate = rate_of(row, spec.shadow) * traffic.made
            plans.append(slice_plan(slice_, spec, traffic, rate, guess, state_of(row)))
    return sorted(plans, key=lambda one: one.slice)


def slice_plan(
    slice_: str, spec: ParitySpec, traffic: Traffic, rate: float, guess: Guess, state: SliceState | None = None
) -> SlicePlan:
    """The plan of one slice; without a state it has seen nothing."""
    levels = state.levels if state is not None else Levels()
    margin = state.hypothesis.margin if state is not None else spec.margin
    risk = RiskClass(spec.risk)
    above = [rung for rung in _SHOWN if state is None or rung > state.rung]
    needs = tuple(_need(rung, margin, risk, traffic, rate, guess, levels) for rung in above)
    first = next(iter(needs), None)
    decidable = first is None or (first.days is not None and first.days <= HORIZON_DAYS)
    return SlicePlan(
        slice=slice_,
        margin=margin,
        requests_per_day=traffic.requests_per_day,
        rate=rate,
        usd_per_pair=traffic.usd_per_pair,
        seen=levels.n,
        needs=needs,
        fixed_n=fixed_n(margin, guess),
        decidable=decidable,
        words=_words(needs, state, traffic, rate, decidable=decidable),
    )


def _need(
    rung: Rung, margin: float, risk: RiskClass, traffic: Traffic, rate: float, guess: Guess, levels: Levels
) -> Need:
    pairs = pairs_to(margin, threshold(rung, risk), guess, levels)
    a_day = traffic.requests_per_day * rate
    days = pairs / a_day if pairs is not None and a_day > 0 else None
    usd = pairs * traffic.usd_per_pair if pairs is not None and traffic.usd_per_pair is not None else None
    return Need(rung.label, pairs, days, usd)


def _words(needs: Sequence[Need], state: SliceState | None, traffic: Traffic, rate: float, *, decidable: bool) -> str:
    if state is not None and state.ended is not None:
        return f"{state.status.value}: nothing more is compared"
    if not needs:
        return "serves the whole slice; its watch goes on"
    if rate == 0 or traffic.requests_per_day == 0:
        return "nothing is compared: no traffic, or a rate of 0"
    if needs[0].pairs is None:
        return "its evidence is not growing; expect futility to end it"
    if not decidable:
        return f"undecided within {HORIZON_DAYS:.0f} days: pool it, compare more of it, or take a wider margin"
    last = needs[-1]
    return f"about {last.days:.1f} days to {last.rung}" if last.days is not None else ""


def pools(plans: Sequence[SlicePlan], guess: Guess = Guess()) -> dict[str, list[str]]:  # noqa: B008
    """By route, the kinds that cannot be decided alone but could together; empty where pooling would not do either."""
    found: dict[str, list[str]] = {}
    for route in sorted({SliceId.parse(one.slice).route for one in plans}):
        alone = [one for one in plans if SliceId.parse(one.slice).route == route and not one.decidable and one.rate > 0]
        a_day = math.fsum(one.requests_per_day * one.rate for one in alone)
        needed = pairs_to(min((one.margin for one in alone), default=0.05), threshold(Rung.P1), guess)
        if len(alone) > 1 and needed is not None and needed <= a_day * HORIZON_DAYS:
            found[route] = [SliceId.parse(one.slice).kind for one in alone]
    return found


def traffic_of(store: Store, now_s: float) -> dict[str, Traffic]:
    """The traffic of every slice, a day, from the last week or since the journal's first exchange."""
    return _traffic(store, now_s, lambda row: str(slice_of(row)))


def total_traffic(store: Store, now_s: float) -> dict[str, Traffic]:
    """The same of every route, all its slices and tenants together."""
    return _traffic(store, now_s, lambda row: row.route)


def _traffic(store: Store, now_s: float, name_of: Callable[[TrafficRow | LeftOutRow], str]) -> dict[str, Traffic]:
    since_s = now_s - LOOKBACK_DAYS * DAY_S
    first_s = store.first_exchange_s()
    days = max((now_s - max(since_s, first_s if first_s is not None else now_s)) / DAY_S, 1 / 24)
    served: dict[str, float] = {}
    prices: dict[str, tuple[int, int]] = {}
    drawn, left = Counter[str](), Counter[str]()
    for out in store.left_out(since_s):
        left[name_of(out)] += out.comparisons
    for row in store.traffic(since_s):
        name = name_of(row)
        if row.purpose == "serve":
            served[name] = served.get(name, 0.0) + row.exchanges / days
        elif row.purpose in COMPARING:
            prices[name] = _added(prices.get(name, (0, 0)), row)
            drawn[name] += row.exchanges if row.purpose == "shadow" else 0
    return {
        name: Traffic(
            requests,
            prices[name][1] / prices[name][0] / 1e9 if prices.get(name, (0, 0))[0] else None,
            1.0 - left[name] / drawn[name] if drawn[name] else 1.0,
        )
        for name, requests in served.items()
    }


def _added(before: tuple[int, int], row: TrafficRow) -> tuple[int, int]:
    """Shadows are counted, since each makes a pair; what a judge costs is added to their price."""
    return before[0] + (row.costed if row.purpose == "shadow" else 0), before[1] + row.cost_nano_usd
