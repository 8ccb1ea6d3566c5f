"""Slices as people and programs are shown them: figures, the one condition that blocks the next rung, the last move.

The same view serves the API, the terminal and whoever else asks; it reads the books and decides nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from understudy.canon.value import Value
from understudy.jobs.facts import known
from understudy.jobs.fleet import Asked, decide_all
from understudy.jobs.leaving_out import left_out_of_slices
from understudy.jobs.recording import fleet_of, link_of
from understudy.jobs.registrar import slice_of, state_of
from understudy.jobs.sanity import Sanity
from understudy.jobs.specs import ParitySpec
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.parity.ladder import CAPS, NEXT, Condition, threshold
from understudy.parity.slices import RiskClass, SliceId
from understudy.parity.state import Move
from understudy.ports import OrderRow, ScoreRow, SliceRow, Store
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence


class RailView(Value, frozen=True):
    """One guardrail: the evidence that it holds, and that it is broken."""

    name: str
    e: float
    broken_e: float


class SliceView(Value, frozen=True, kw_only=True):
    """One slice. Shares and means are in [0, 1], evidence is an e-value, differences are of mean outcomes.

    `rate` is the share of requests that are compared now, where a budget sets it; `may_open` the highest rung that
    outcomes of this kind may open. `judge` says whether the judge's verdicts count, where there is one;
    `left_out` how many comparisons of the last day were not made, since a model had no slot for them.
    """

    slice: str
    tenant: str
    route: str
    kind: str
    hypothesis: str
    attempt: int
    candidate: str
    incumbent: str
    check: str
    margin: float
    status: str
    rung: str
    share: float
    pairs: int
    watched: int
    wins: int
    losses: int
    candidate_mean: float | None
    incumbent_mean: float | None
    difference: float | None
    low: float
    high: float
    e: float
    log_e: float
    futility_e: float
    rollback_e: float
    watch_r: float
    outcome: str
    may_open: str
    guardrails: tuple[RailView, ...]
    feedback_e: float | None
    judge_weight: float | None
    labels: int | None
    rate: float | None
    next_rung: str | None
    next_needs_e: float | None
    block: str | None
    blocked: str | None
    last_move: str | None
    last_reason: str | None
    last_fall: str | None
    judge: str | None = None
    left_out: str | None = None


class SliceStory(Value, frozen=True):
    """One slice whole: its figures, every link of its record with its hash, and what people asked of it."""

    slice: SliceView
    transitions: list[dict[str, Any]]
    orders: list[OrderRow]


class Moved(msgspec.Struct, frozen=True):
    """Of a link of the record: which move it was, and why."""

    move: str
    reason: str


_MOVED = msgspec.json.Decoder(Moved)


def in_points(value: float | None) -> str:
    """A difference of means as people read it, in points of a hundred."""
    return "–" if value is None else f"{value * 100:+.1f} pt"


def views(
    store: Store,
    specs: Mapping[str, ParitySpec],
    now_s: float,
    places: int = DEFAULT_PLACES,
    tenant: str | None = None,
) -> list[SliceView]:
    """Every slice of the configured routes, of one tenant or of all, in order of name."""
    rows = [row for row in store.slices() if row.route in specs]
    scores = {row.hypothesis: row for row in store.scores()}
    record = store.transitions()
    moves: dict[SliceId, list[Moved]] = {}
    for link in record:
        moves.setdefault(slice_of(link), []).append(_MOVED.decode(link.body))
    states = [state_of(row) for row in rows]
    told = known(store, [state.hypothesis for state in states], specs)
    turns = store.multi_turn()
    asked = [
        Asked(
            state,
            specs[row.route].policy(multi_turn=row.hypothesis in turns),
            told.facts(state.hypothesis, specs[row.route]),
        )
        for row, state in zip(rows, states, strict=True)
    ]
    decisions = decide_all(asked, fleet_of(store, record, places), now_s)
    crowded = left_out_of_slices(store, now_s)
    made = []
    for row, one, (decision, _) in zip(rows, asked, decisions, strict=True):
        # All were decided: the last rung of one depends on the others.
        if tenant not in (None, row.tenant):
            continue
        mine = moves.get(slice_of(row), [])
        judge = told.sanity(one.state.hypothesis)
        view = _view(row, one, scores.get(row.hypothesis), mine, decision.blocked_by, judge)
        made.append(replace(view, left_out=crowded.get((row.tenant, row.route, row.kind))))
    return sorted(made, key=lambda view: view.slice)


def story(store: Store, view: SliceView) -> SliceStory:
    """What the books tell of a slice besides its figures."""
    rows = store.transitions(view.route, view.kind, view.tenant)
    place = (view.tenant, view.route, view.kind)
    orders = [row for row in store.orders() if (row.tenant, row.route, row.kind) == place]
    return SliceStory(view, [link_of(row).told() | {"hash": row.hash} for row in rows], orders)


def _view(
    row: SliceRow,
    one: Asked,
    score: ScoreRow | None,
    moves: Sequence[Moved],
    blocked: Condition | None,
    judge: Sanity | None,
) -> SliceView:
    state, risk = one.state, RiskClass(one.policy.risk)
    following = NEXT.get(state.rung)
    interval = confidence(state.levels, bound=state.bound)
    hypothesis = state.hypothesis
    falls = [link for link in moves if link.move in (Move.DOWN, Move.ALARM)]
    return SliceView(
        slice=str(hypothesis.slice),
        tenant=row.tenant,
        route=row.route,
        kind=row.kind,
        hypothesis=row.hypothesis,
        attempt=hypothesis.attempt,
        candidate=hypothesis.candidate,
        incumbent=hypothesis.incumbent,
        check=f"{hypothesis.check} {hypothesis.check_version}",
        margin=hypothesis.margin,
        status=str(state.status),
        rung=state.rung.label,
        share=state.rung.share,
        pairs=state.promotion.mixture.n,
        watched=state.watch.n,
        wins=state.levels.wins,
        losses=state.levels.losses,
        candidate_mean=score.candidate / score.n if score and score.n else None,
        incumbent_mean=score.incumbent / score.n if score and score.n else None,
        difference=state.levels.mean,
        low=interval.low,
        high=interval.high,
        e=e_value(state.promotion.log_e),
        log_e=state.promotion.log_e,
        futility_e=e_value(state.futility.log_e),
        rollback_e=e_value(state.rollback.log_e),
        watch_r=state.watch.value,
        outcome=str(hypothesis.outcome),
        may_open=CAPS[hypothesis.outcome].label,
        guardrails=tuple(
            RailView(rail.name, e_value(rail.holds.log_e), e_value(rail.broken.log_e)) for rail in state.rails
        ),
        feedback_e=e_value(state.rollback.forward.log_e) if state.rollback.forward is not None else None,
        judge_weight=state.predictor.weight if state.predictor is not None else None,
        labels=state.predictor.n if state.predictor is not None else None,
        rate=row.rate,
        next_rung=following.label if following else None,
        next_needs_e=threshold(following, risk) if following else None,
        block=str(blocked.block) if blocked is not None else None,
        blocked=blocked.sentence if blocked is not None else None,
        last_move=moves[-1].move if moves else None,
        last_reason=moves[-1].reason if moves else None,
        last_fall=f"{falls[-1].move}: {falls[-1].reason}" if falls else None,
        judge=judge.words if judge else None,
    )
