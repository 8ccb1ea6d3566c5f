"""When may a slice move? The one decision, as a pure function of state, policy, facts and time.

First whether it must come down, then whether anything keeps it from its next rung. The evidence for promotion, and
that of rollback, is what it is now: both are sums, which do not depend on the order of events. Futility and the watch
read one ordered stream of pairs each, so they count the most that they ever showed: a late look misses no alarm.

What ends a hypothesis:
- below 100 %, futility at e' >= 100: pairs say that it is worse than the margin. In shadow that stops the shadowing.
  On a rung it takes the share back too: without pairs the slice could never rise again, and would leave callers for
  good with a candidate that is shown to be worse. It costs at most one more point of false endings beside rollback's.
- on 1 to 50 %, rollback, breaker or a guardrail at e >= 100. A retry needs a new build, or a person.
- at 100 %, the watch at R >= 1,000. A new attempt starts from shadow by itself, with no evidence carried over.
- up to 5 %, where a judge alone opens the rungs, that this judge was found fooled after it had spoken: its last
  verdicts cannot be taken out of what was decided on them. A new attempt starts by itself, too. Above that users have
  agreed, on evidence of their own; the slice stays, and rises no more while the judge is not believed.

On the day on which the incumbent retires there is nothing left to go back to: the slice moves to 100 % with the
evidence as it stands, which the record tells, and nothing takes it down again.

Conditions for the next rung are asked in a fixed order, and the first that fails is the one that people are told:
what no evidence can change comes before the evidence, what only time or people can give comes after it, and the fleet
comes last, so that "blocked by the fleet" means that all else is met.
"""

import math
from collections.abc import Callable

import msgspec

from understudy.parity import words
from understudy.parity.ladder import CAPS, NEXT, Block, Condition, Rung, next_rung, opens, threshold
from understudy.parity.slices import OutcomeKind, RiskClass
from understudy.parity.state import Move, SliceState, Status
from understudy.stats.mixture import e_value, values_to_go

# The rungs that a slice of conversations may climb only after the candidate has stood on its own history.
OWN_HISTORY = (Rung.P25, Rung.P50, Rung.P100)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator asks for besides the margin, which belongs to the hypothesis.

    `cycle_s` is the dwell on 25 %, so that half of the traffic moves only after a full daily cycle; set both to 0 to
    climb on evidence alone. Levels are e-values, but `watch_at`, which is a mean run of pairs to a false alarm.
    `retires_at_s` is when the incumbent ends.
    """

    dwell_s: float = 3600.0
    cycle_s: float = 86400.0
    risk: RiskClass = RiskClass.NORMAL
    approvals: int = 0
    multi_turn: bool = False
    canary_outcomes: int = 45
    futility_at: float = 100.0
    rollback_at: float = 100.0
    watch_at: float = 1000.0
    fleet: bool = True
    retires_at_s: float | None = None

    def __post_init__(self) -> None:
        for name in ("dwell_s", "cycle_s", "approvals", "canary_outcomes"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} {getattr(self, name)!r} is negative; 0 asks for nothing")
        for name in ("futility_at", "rollback_at", "watch_at"):
            if not getattr(self, name) > 1:
                raise ValueError(f"{name} {getattr(self, name)!r} fires without evidence; give 100 or more")


class Approval(msgspec.Struct, frozen=True):
    """A person's consent to one rung of one hypothesis, given on sight of the record with this hash."""

    hypothesis: str
    rung: Rung
    who: str
    at_s: float
    record_hash: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the decision depends on that no outcome shows.

    `in_fleet` is `fleet.admitted`'s answer for the last rung, `placed` whether there is a place in its family for it.
    `judge` says why the word of a judge that no label corrects does not count now, if it does not; `doubted` how many
    of its verdicts on these pairs do not count any more, since it was found fooled after it gave them.
    """

    approvals: tuple[Approval, ...] = ()
    capacity: bool = True
    in_fleet: bool = False
    placed: bool = True
    judge: str = ""
    doubted: int = 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that a decision saw: logarithms of e-values, and R of the watch. A replay makes each one again.

    `rails` has for each guardrail the evidence that it holds and that it is broken.
    """

    pairs_seq: int
    pairs_tip: str
    outcomes_seq: int
    outcomes_tip: str
    levels: tuple[tuple[float, int], ...]
    sums: tuple[float, ...]
    log_e: float
    peak: float
    futility_log_e: float
    futility_peak: float
    rollback_log_e: float
    breaker_log_e: float
    watch: float
    watch_high: float
    live: int
    rails: tuple[tuple[str, float, float], ...] = ()
    feedback_log_e: float | None = None
    judge_weight: float | None = None
    labels: int | None = None

    @classmethod
    def of(cls, state: SliceState) -> "Evidence":
        """The numbers of a state."""
        return cls(
            pairs_seq=state.pairs.seq,
            pairs_tip=state.pairs.tip,
            outcomes_seq=state.outcomes.seq,
            outcomes_tip=state.outcomes.tip,
            levels=state.levels.counts,
            sums=state.promotion.mixture.sums,
            log_e=state.promotion.log_e,
            peak=state.promotion.peak,
            futility_log_e=state.futility.log_e,
            futility_peak=state.futility.peak,
            rollback_log_e=state.rollback.log_e,
            breaker_log_e=state.breaker.log_e,
            watch=state.watch.value,
            watch_high=state.watch.high,
            live=state.live,
            rails=tuple((rail.name, rail.holds.log_e, rail.broken.log_e) for rail in state.rails),
            feedback_log_e=state.rollback.forward.log_e if state.rollback.forward is not None else None,
            judge_weight=state.predictor.weight if state.predictor is not None else None,
            labels=state.predictor.n if state.predictor is not None else None,
        )


class Decision(msgspec.Struct, frozen=True):
    """What to do with a slice now, why, and what keeps it from its next rung if anything does."""

    move: Move
    to: Rung
    reason: str
    blocked_by: Condition | None = None
    evict: bool = False


class Fall(msgspec.Struct, frozen=True):
    """Why a slice must come down, what such a fall is called, and whether running conversations leave too."""

    move: Move
    reason: str
    evict: bool = False


class Case(msgspec.Struct, frozen=True):
    """One question to the gate: may this state rise to that rung now?"""

    state: SliceState
    policy: Policy
    facts: Facts
    to: Rung
    now_s: float


def decide(state: SliceState, policy: Policy, facts: Facts, now_s: float) -> Decision:
    """The gate's word on one slice; the same arguments always give the same word."""
    if policy.retires_at_s is not None and now_s >= policy.retires_at_s and not state.forced:
        return Decision(Move.FORCE, Rung.P100, f"the incumbent has retired; moved with {_standing(state)}")
    if state.forced:
        return Decision(Move.NONE, state.rung, f"the incumbent has retired; watched at R = {state.watch.value:.3g}")
    if state.ended is not None:
        ended = _ended(state.ended)
        return Decision(Move.NONE, state.rung, ended.sentence, ended)
    worse = _worse(state, policy, facts)
    blocked = None if worse else blocking(state, policy, facts, now_s)
    opened = opens(state.promotion.log_e, policy.risk)
    to = next_rung(state.rung, opened, blocked, worse=worse is not None)
    if worse is not None:
        return Decision(worse.move, to, worse.reason, evict=worse.evict)
    if blocked is not None:
        return Decision(Move.NONE, to, blocked.sentence, blocked)
    if to is state.rung:
        return Decision(Move.NONE, to, f"watched at R = {state.watch.value:.3g}; {policy.watch_at:.0f} is an alarm")
    has, needs = words.evidence(state.promotion.log_e), words.number(threshold(to, policy.risk))
    pairs = state.promotion.mixture.n
    return Decision(Move.UP, to, f"e = {has} after {pairs} pairs opens {to.label}, which needs {needs}")


def blocking(state: SliceState, policy: Policy, facts: Facts, now_s: float) -> Condition | None:
    """The first condition that keeps a slice from its next rung; None if it may rise, or stands on the last one."""
    if state.rung not in NEXT:
        return None
    case = Case(state, policy, facts, NEXT[state.rung], now_s)
    return next((found for condition in CONDITIONS if (found := condition(case)) is not None), None)


def _standing(state: SliceState) -> str:
    has, pairs = words.evidence(state.promotion.log_e), state.promotion.mixture.n
    after = f", and {state.ended.value} before" if state.ended is not None else ""
    return f"e = {has} after {pairs} pairs from {state.rung.label}{after}"


def _worse(state: SliceState, policy: Policy, facts: Facts) -> Fall | None:
    """Why the slice must come down, if it must."""
    if facts.doubted and state.rung <= CAPS[OutcomeKind.JUDGE]:
        what = f"{facts.doubted} of its verdicts were given by a judge that was found fooled since"
        return Fall(Move.ALARM, f"{what}: they are no evidence, and neither is what rests on them")
    fall = Move.ALARM if state.rung is Rung.P100 else Move.DOWN
    harms = [(f"guardrail {rail.name!r}", rail.broken.log_e, rail.unsafe) for rail in state.rails]
    if state.canary:
        harms += [("rollback", state.rollback.log_e, False), ("technical faults", state.breaker.log_e, True)]
    if state.rung > Rung.SHADOW:
        for name, log_e, evict in harms:
            if log_e >= math.log(policy.rollback_at):
                has, level = words.evidence(log_e), words.number(policy.rollback_at)
                reason = f"{name}: e = {has} that the candidate is worse; {level} takes the share back"
                return Fall(fall, reason, evict)
    if state.rung is Rung.P100:
        if state.watch.high < policy.watch_at:
            return None
        seen = f"R reached {words.number(state.watch.high)} within {state.watch.n} watched pairs"
        return Fall(fall, f"watch: {seen}, and {words.number(policy.watch_at)} is an alarm")
    if state.futility.peak >= math.log(policy.futility_at):
        has, pairs = words.evidence(state.futility.peak), state.futility.mixture.n
        margin = words.points(-state.hypothesis.margin)
        reason = f"futility: e reached {has} after {pairs} pairs that the true difference is below {margin}"
        return Fall(Move.STOP, reason)
    return None


# --- the conditions, in the order in which they are asked -------------------------------------------------------


def _held(case: Case) -> Condition | None:
    if not case.state.held:
        return None
    return Condition(Block.HOLD, f"a person holds it at {case.state.rung.label}; release it to go on")


def _kind_caps(case: Case) -> Condition | None:
    kind = case.state.hypothesis.outcome
    cap = CAPS[kind]
    if case.to <= cap:
        return None
    sentence = f"outcomes of kind {kind.value!r} open at most {cap.label}; checks or human labels open more"
    return Condition(Block.OUTCOME_KIND, sentence, case.to.value, cap.value)


def _judge(case: Case) -> Condition | None:
    return Condition(Block.JUDGE, case.facts.judge) if case.facts.judge else None


def _lacks_evidence(case: Case) -> Condition | None:
    log_e, needed = case.state.promotion.log_e, threshold(case.to, case.policy.risk)
    if log_e >= math.log(needed):
        return None
    mixture = case.state.promotion.mixture
    to_go = values_to_go(mixture, math.log(needed))
    forecast = "not growing at present" if to_go is None else f"about {to_go} more pairs if they go on like this"
    has = f"e = {words.evidence(log_e)} of {words.number(needed)} after {mixture.n} pairs"
    return Condition(
        Block.EVIDENCE, f"{case.to.label} needs more evidence: {has}; {forecast}", needed, e_value(log_e), to_go
    )


def _guardrail(case: Case) -> Condition | None:
    needed = threshold(case.to, case.policy.risk)
    for rail in case.state.rails:
        if rail.broken.log_e >= math.log(case.policy.rollback_at):
            sentence = f"guardrail {rail.name!r} shows harm at e = {words.evidence(rail.broken.log_e)}"
            return Condition(Block.GUARDRAIL, sentence, case.policy.rollback_at, e_value(rail.broken.log_e))
        if rail.holds.log_e < math.log(needed):
            to_go = values_to_go(rail.holds.mixture, math.log(needed))
            has = f"e = {words.evidence(rail.holds.log_e)} of {words.number(needed)}"
            sentence = f"guardrail {rail.name!r} must pass too: {has}"
            return Condition(Block.GUARDRAIL, sentence, needed, e_value(rail.holds.log_e), to_go)
    return None


def _users(case: Case) -> Condition | None:
    """From 25 % on the users of a slice that asks them must agree, on answers that they were given by lot."""
    forward, needed = case.state.rollback.forward, threshold(case.to, case.policy.risk)
    if forward is None or case.to not in OWN_HISTORY or forward.log_e >= math.log(needed):
        return None
    has = f"e = {words.evidence(forward.log_e)} of {words.number(needed)} after {forward.n} compared reactions"
    to_go = values_to_go(forward, math.log(needed))
    return Condition(Block.FEEDBACK, f"users must agree too: {has}", needed, e_value(forward.log_e), to_go)


def _own_history(case: Case) -> Condition | None:
    needed, has = case.policy.canary_outcomes, case.state.live
    if not case.policy.multi_turn or case.to not in OWN_HISTORY or has >= needed:
        return None
    sentence = f"{has} of {needed} outcomes of conversations that the candidate itself led at {case.state.rung.label}"
    return Condition(Block.CANARY, sentence, needed, has)


def _dwell(case: Case) -> Condition | None:
    needed = case.policy.cycle_s if case.to is Rung.P50 else case.policy.dwell_s
    stood = case.now_s - case.state.since_s
    if stood >= needed:
        return None
    sentence = f"has stood at {case.state.rung.label} for {words.duration(max(stood, 0))} of {words.duration(needed)}"
    return Condition(Block.DWELL, sentence, needed, stood)


def _capacity(case: Case) -> Condition | None:
    if case.facts.capacity:
        return None
    return Condition(Block.CAPACITY, f"the candidate's serving has no headroom for {case.to.label}")


def _approvals(case: Case) -> Condition | None:
    hypothesis, needed = case.state.hypothesis.id, case.policy.approvals
    who = {given.who for given in case.facts.approvals if given.rung is case.to and given.hypothesis == hypothesis}
    if len(who) >= needed:
        return None
    return Condition(Block.APPROVALS, f"{len(who)} of {needed} approvals for {case.to.label}", needed, len(who))


def _fleet(case: Case) -> Condition | None:
    if case.to is not Rung.P100 or not case.policy.fleet or case.facts.in_fleet:
        return None
    has = words.evidence(case.state.promotion.log_e)
    if not case.facts.placed:
        return Condition(Block.FLEET, "this half-year's family is full; the next one opens a place (fleet.hypotheses)")
    return Condition(Block.FLEET, f"e = {has} is not yet enough for the last rung beside the fleet's other slices")


CONDITIONS: tuple[Callable[[Case], Condition | None], ...] = (
    _held,
    _kind_caps,
    _judge,
    _lacks_evidence,
    _guardrail,
    _users,
    _own_history,
    _dwell,
    _capacity,
    _approvals,
    _fleet,
)


def _ended(status: Status) -> Condition:
    after = (
        "a new attempt starts from shadow" if status is Status.ALARMED else "a new build or a person's retry reopens it"
    )
    return Condition(Block.ENDED, f"{status.value}; {after}")
