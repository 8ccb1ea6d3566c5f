"""The evaluator: settled evidence in, moves out, one slice at a time under its lease, each move in the record.

Parity decides after every single event, so a rung opens at the first look that allows it and an alarm is never seen
late. The last rung is decided over all slices at once, since it is the fleet's. Whoever holds a slice's lease is its
one evaluator; a decision whose lease has passed to another is not written.
"""

import logging
from collections.abc import Iterator, Mapping

import msgspec

from understudy.jobs.context import context_of
from understudy.jobs.evidence import live_of, turns_of
from understudy.jobs.facts import Known, known
from understudy.jobs.fleet import Asked, decide_all
from understudy.jobs.orders import Refused, by_hand, retried
from understudy.jobs.panel import Panel
from understudy.jobs.recording import Recorder
from understudy.jobs.registrar import claim, hypothesis_row, same_claim, slice_row, state_of
from understudy.jobs.specs import RouteSpec
from understudy.parity.events import Event
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.parity.gate import Decision, Facts, Policy, decide
from understudy.parity.record import Told
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.state import Move, SliceState, absorb, apply, open_slice
from understudy.parity.units import closed, pair_of
from understudy.ports import BrokenChain, Clock, OrderRow, SliceRow, StaleLease, Store

log = logging.getLogger(__name__)
# Long enough for one look at all slices, short enough that a dead evaluator is replaced within a minute.
LEASE_S = 30.0
Key = tuple[str, str, str]


class Held(msgspec.Struct):
    """One slice under this evaluator's lease, as far as this look has brought it."""

    state: SliceState
    lease: str
    fence: int
    policy: Policy
    facts: Facts
    changed: bool = False


class Evaluator:
    """Looks at slices and moves them."""

    def __init__(
        self,
        *,
        store: Store,
        routes: Mapping[str, RouteSpec],
        builds: Mapping[str, str],
        panels: Mapping[str, Panel],
        clock: Clock,
        holder: str,
        salt_id: str,
        places: int = DEFAULT_PLACES,
    ) -> None:
        self._store = store
        self._routes = {name: route for name, route in routes.items() if route.candidate is not None}
        self._builds = builds
        self._panels = panels
        self._clock = clock
        self._holder = holder
        self._recorder = Recorder(store, salt_id, places)
        # Units of several turns that have entered, by hypothesis: a late turn must not enter them again.
        self._entered: dict[str, set[str]] = {}
        self._multi_turn: set[str] = set()
        # By hypothesis: the last pair that entered, and the last of the void ones behind it, which are read once.
        self._passed: dict[str, tuple[int, int]] = {}
        self._booked_to_s = float("-inf")
        # The fencing number of each lease, None while another holds it, and until when it runs.
        self._leases: dict[str, tuple[int | None, float]] = {}

    def open(self, seen: set[Key]) -> None:
        """Register a hypothesis for every slice (tenant, route, kind) that has none, or whose definition changed."""
        standing = {(row.tenant, row.route, row.kind): row for row in self._store.slices()}
        for tenant, route_name, kind in sorted(seen | standing.keys()):
            route = self._routes.get(route_name)
            if route is None:
                continue
            wanted = claim(SliceId(route_name, kind, tenant), route, self._builds, self._panels[route_name])
            row = standing.get((tenant, route_name, kind))
            if row is None or not same_claim(state_of(row).hypothesis, wanted):
                self._register(self._untried(wanted))

    def turn(self, booked_to_s: float) -> bool:
        """One look at every slice; whether any moved. All that happened before `booked_to_s` is in the books."""
        self._booked_to_s = booked_to_s
        held = list(self._take())
        moved = self._obey(held)
        if moved:
            held = list(self._take())
        for one in held:
            moved = self._look(one) or moved
        return self._fleet(held) or moved

    def _obey(self, held: list[Held]) -> bool:
        """Do what people ask of the slices that are held here, or say why not; whether anything was done."""
        orders = [order for order in self._store.open_orders() if order.verb != "delete"]
        if not orders:
            return False
        # By bare names: what a person asks for may be no slice at all.
        mine = {msgspec.structs.astuple(one.state.hypothesis.slice): one for one in held}
        known = {(row.route, row.kind, row.tenant) for row in self._store.slices()}
        moved = False
        for order in orders:
            place = (order.route, order.kind, order.tenant)
            one = mine.get(place)
            if one is None and place in known:
                continue  # another evaluator's, or this one's in a moment
            hypothesis = one.state.hypothesis.id if one is not None else ""
            try:
                done, words = True, self._obeyed(one, order)
                moved = True
            except Refused as refusal:
                done, words = False, str(refusal)
            self._store.answer_order(order.id, hypothesis, done=done, words=words)
        return moved

    def _obeyed(self, one: Held | None, order: OrderRow) -> str:
        if one is None:
            raise Refused(f"there is no slice {order.route}/{order.kind}")
        if order.verb == "retry":
            self._register(self._untried(retried(one.state)))
            return "a new attempt starts from shadow"
        decision = by_hand(one.state, order)
        if decision.move is not Move.NONE and not self._move(one, decision, one.facts, Told(order.who, order.note)):
            raise Refused("the record moved on at the same moment; ask again")
        return decision.reason

    def close(self) -> None:
        """Give the leases back, so that whoever comes next need not wait for their end."""
        for lease, (fence, _) in self._leases.items():
            if fence is not None:
                self._store.release(lease, self._holder)

    def _take(self) -> Iterator[Held]:
        rows = [row for row in self._store.slices() if row.route in self._routes]
        states = [state_of(row) for row in rows]
        specs = {name: route.parity for name, route in self._routes.items()}
        told = known(self._store, [state.hypothesis for state in states], specs)
        for row, state in zip(rows, states, strict=True):
            one = self._hold(row, state, told)
            if one is not None:
                yield one

    def _hold(self, row: SliceRow, state: SliceState, told: Known) -> Held | None:
        """A slice under this evaluator's lease; None if it is another's."""
        spec = self._routes[row.route].parity
        lease = f"evaluate:{row.tenant}:{row.route}/{row.kind}"
        before = self._leases.get(lease, (None, 0.0))[0]
        fence = self._fence(lease)
        if fence is None or fence != before:
            # Another evaluator looks at it, or did, or what was looked at here was not written.
            self._entered.pop(row.hypothesis, None)
        if fence is None:
            return None
        self._remember(row)
        policy = spec.policy(multi_turn=row.hypothesis in self._multi_turn)
        return Held(state, lease, fence, policy, told.facts(state.hypothesis, spec))

    def _fence(self, lease: str) -> int | None:
        """The lease's fencing number; a lease is renewed at half its life, not by a write at every look."""
        now_s = self._clock.now_s()
        fence, until_s = self._leases.get(lease, (None, now_s))
        if fence is None or not until_s - LEASE_S <= now_s < until_s - LEASE_S / 2:
            fence = self._store.lease(lease, self._holder, LEASE_S, now_s)
            self._leases[lease] = (fence, now_s + LEASE_S)
        return fence

    def _look(self, one: Held) -> bool:
        """Take in what has settled since, decide after each event, keep what was learned."""
        moved = False
        for event in self._events(one.state):
            one.state = absorb(one.state, event)
            one.changed = True
            if one.state.ended is None:
                moved = self._decide(one, one.facts) or moved
        if one.changed:
            self._save(one)
        return moved

    def _events(self, state: SliceState) -> Iterator[Event]:
        hypothesis, cursor = state.hypothesis.id, state.pairs.seq
        entered = self._entered[hypothesis]
        last, passed = self._passed.get(hypothesis, (cursor, cursor))
        after = passed if last == cursor else cursor
        rows = self._store.pairs(hypothesis, after)
        multi = {row.unit for row in rows if row.idle_s is not None}
        if multi:
            self._multi_turn.add(hypothesis)
        # Only a pair that is answered and not settled has anything to hear.
        heard = any(row.answered and not row.settled for row in rows)
        verdicts = self._store.verdicts(hypothesis, after) if heard else []
        turns = turns_of(rows, verdicts, state.hypothesis.outcome)
        for unit in closed(turns, self._booked_to_s, entered=entered):
            opening = unit[0]
            if opening.unit in multi:
                entered.add(opening.unit)
            if (pair := pair_of(unit)) is not None:
                cursor = pair.seq
                yield pair
            self._passed[hypothesis] = (cursor, opening.seq)
        for row in self._store.outcomes(hypothesis, state.outcomes.seq):
            yield live_of(row)

    def _fleet(self, held: list[Held]) -> bool:
        """Moves that need no new event: a dwell that has passed, an approval, the fleet's last rung."""
        asked = [Asked(one.state, one.policy, one.facts) for one in held]
        decisions = decide_all(asked, self._recorder.fleet, self._clock.now_s())
        moved = False
        for one, (decision, facts) in zip(held, decisions, strict=True):
            if decision.move is not Move.NONE:
                moved = self._decide(one, facts) or moved
        for one in held:
            if one.state.reopens:
                self._register(self._untried(one.state.hypothesis), evict=one.state.evict)
                moved = True
        return moved

    def _decide(self, one: Held, facts: Facts) -> bool:
        """Ask the gate and make its move if there is one; whether it moved."""
        decision = decide(one.state, one.policy, facts, self._clock.now_s())
        if decision.move is Move.NONE:
            return False
        return self._move(one, decision, facts, Told())

    def _move(self, one: Held, decision: Decision, facts: Facts, told: Told) -> bool:
        """Write a move and its link in one transaction; whether the books took it."""
        now_s = self._clock.now_s()
        after = apply(one.state, decision.move, decision.to, now_s, evict=decision.evict)
        told = msgspec.structs.replace(told, context=context_of(self._store, one.state.hypothesis.id))
        transition = self._recorder.transition(one.state, decision, one.policy, facts, now_s, told)
        try:
            self._store.save(slice_row(after, now_s), transition, lease=one.lease, fence=one.fence)
        except StaleLease:
            log.warning("%s: another evaluator took over; this decision is dropped", one.lease)
            self._leases.pop(one.lease, None)
            one.changed = False
            return False
        except BrokenChain:
            log.warning("%s: the record has moved on; this slice is decided at the next look", one.lease)
            self._leases.pop(one.lease, None)
            self._recorder.reload()
            return False
        self._recorder.written(transition)
        one.state, one.changed = after, False
        return True

    def _save(self, one: Held) -> None:
        try:
            self._store.save(slice_row(one.state, self._clock.now_s()), None, lease=one.lease, fence=one.fence)
        except StaleLease:
            log.warning("%s: another evaluator took over; what was learned here is its to learn", one.lease)
            self._leases.pop(one.lease, None)
        one.changed = False

    def _untried(self, wanted: Hypothesis) -> Hypothesis:
        """The claim under an attempt number that was never used: old wealth does not come back with an old build."""
        used = {row.id for row in self._store.hypotheses()}
        while wanted.id in used:
            wanted = wanted.retry()
        return wanted

    def _register(self, hypothesis: Hypothesis, *, evict: bool = False) -> None:
        """Open a hypothesis; `evict` goes on from the attempt before, whose running conversations have yet to leave."""
        now_s = self._clock.now_s()
        state = msgspec.structs.replace(open_slice(hypothesis, now_s), evict=evict)
        self._store.register(hypothesis_row(hypothesis, now_s), slice_row(state, now_s))
        self._recorder.opened()

    def _remember(self, row: SliceRow) -> None:
        """Learn once per hypothesis, from the books, which conversations have entered already."""
        if row.hypothesis in self._entered:
            return
        cursor = state_of(row).pairs.seq
        turns = [pair for pair in self._store.pairs(row.hypothesis) if pair.idle_s is not None]
        self._entered[row.hypothesis] = {pair.unit for pair in turns if pair.seq <= cursor}
        if turns:
            self._multi_turn.add(row.hypothesis)
