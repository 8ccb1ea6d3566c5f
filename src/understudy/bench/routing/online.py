"""A stream of requests through the router, from nothing known to drift and back: a simulation on recorded outcomes.

Two models of MMLU-Pro that are equally good over all and good at different things: Mixtral, rented and in charge, and
Mathstral, own. Prompts are drawn with replacement; 3 % are answered by both; what is served is judged too, with the
chance that it had. At half of the stream the own model is replaced by one that is right 10 points less often than the
incumbent on every kind: recorded right answers are thinned to that rate.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.rows import Bar, Suite, Vector
from understudy.bench.routing.streams import OURS, PER_KIND, Run, course, spreads
from understudy.routing.beliefs import Learned
from understudy.routing.board import Model
from understudy.routing.contest import contest
from understudy.routing.decide import added, unhindered
from understudy.routing.drift import Drift
from understudy.routing.learn import Pool, believe, refit_due, unfold
from understudy.routing.lessons import Lesson
from understudy.routing.text import Prompt, read

RENTED, OWN = "Mixtral-8x7B-Instruct-v0.1", "mathstral-7B"
DROP = 0.10
# Besides the refits at 50, 100, 200 and 500 compared prompts: what was served teaches too, once in so many requests.
NIGHT = 2_500
MEDIAN_LABELS = 300
KINDS = {
    "quantitative": ("math", "physics", "chemistry", "engineering", "computer science"),
    "life": ("biology", "health", "psychology"),
    "business": ("business", "economics"),
    "humanities": ("history", "law", "philosophy", "other"),
}


class Stream(NamedTuple):
    """The recorded items as arrays: a kind, both outcomes and the prompt's numbers each."""

    kinds: list[str]
    rented: Vector
    own: Vector
    prompts: list[Prompt]
    thinning: Mapping[str, float]


def suite(items: Sequence[Item], runs: int) -> Suite:
    """All streams, and the bars."""
    stream = recorded(items)
    found = [simulate(stream, seed) for seed in range(runs)]
    ahead = np.array([run.ours - run.best_fixed for run in found])
    served = [run.delay for run in found if run.own_share_before > 0]
    labels = [float(FROZEN.online_requests if one is None else one) for one in served]
    median = float(np.median(labels)) if labels else math.nan
    won = int((ahead > 0).sum())
    return Suite(
        name="online",
        title=f"Online (simulation on recorded outcomes): {runs} streams of {FROZEN.online_requests:,} requests",
        bars=(
            Bar(
                what="beats the best fixed model, mean of all streams and their 95 % interval",
                asked="> 0",
                shown=f"{ahead.mean():+.4f} ± {1.96 * ahead.std(ddof=1) / np.sqrt(runs):.4f}; ahead in {won} of {runs}",
                passed=bool(ahead.mean() - 1.96 * ahead.std(ddof=1) / np.sqrt(runs) > 0),
            ),
            Bar(
                what="a drop to 10 points below the incumbent: compared prompts until the alarm, median",
                asked=f"≤ {MEDIAN_LABELS}",
                shown=f"{median:.0f}; found in {sum(one is not None for one in served)} of {len(served)} it served",
                passed=bool(median <= MEDIAN_LABELS),
            ),
        ),
        spreads=spreads(found),
        course=course([run.got for run in found], "the own model drops"),
        notes=(
            "useful: on all recorded prompts, what the belief in charge serves is worth more than the best fixed model",
            f"own model's share of the second quarter: {np.mean([run.own_share_before for run in found]):.0%}; "
            f"false alarms before the drop: {sum(run.false_alarms for run in found)} in {runs} streams",
        ),
    )


def recorded(items: Sequence[Item]) -> Stream:
    """The items that both models answered."""
    both = answered(items, (RENTED, OWN))
    kind_of = {task: kind for kind, tasks in KINDS.items() for task in tasks}
    kinds = [kind_of[item.slice] for item in both]
    rented = np.array([item.outcomes[RENTED] for item in both])
    own = np.array([item.outcomes[OWN] for item in both])
    thinning = {}
    for kind in sorted(set(kinds)):
        inside = np.array([one == kind for one in kinds])
        thinning[kind] = max(0.0, rented[inside].mean() - DROP) / own[inside].mean()
    return Stream(kinds, rented, own, [read(item.prompt) for item in both], thinning)


def pool() -> Pool:
    """Both models; the one in charge is rented. Quality alone counts here: no call is charged for."""
    rented = Model(name=RENTED, provider="", upstream="", dialect="", endpoints=(), maker="")
    own = Model(name=OWN, provider="", upstream="", dialect="", endpoints=(), maker="", owned=True)
    return Pool(route="online", models=(rented, own), incumbent=RENTED)


class _State:
    """The router while a stream runs: its lessons, the belief that serves, the detectors."""

    def __init__(self) -> None:
        self.pool = pool()
        self.lessons: list[Lesson] = []
        self.compared = self.learned_at = 0
        self.learned: Learned | None = None
        self.drift = Drift()
        # Who answers a kind where no text moves that, by what is learned now.
        self.alike: dict[str, str] = {}

    def served(self, kind: str, prompt: Prompt) -> str:
        """Who answers this prompt."""
        if self.learned is None:
            return RENTED
        belief, text = self.learned.belief, added(self.learned, kind, prompt)
        if text:
            return unhindered(self.pool.models, belief, kind, text).chosen
        if kind not in self.alike:
            self.alike[kind] = unhindered(self.pool.models, belief, kind, text).chosen
        return self.alike[kind]

    def refit(self) -> bool:
        """Learn anew; whether what was learned serves, since it wins."""
        self.learned_at = self.compared
        fitted = believe(self.lessons, self.pool)
        won = contest(fitted, self.learned, self.lessons, self.pool).won
        if won:
            self.learned, self.alike = unfold(fitted.belief), {}
        return won

    def heard(self, lesson: Lesson, served: str) -> bool:
        """Take a lesson in; whether it raised an alarm, which takes the belief and its lessons back."""
        self.lessons.append(lesson)
        self.compared += len(lesson.outcomes) == len(self.pool.models)
        if self.learned is not None:
            self.drift = self.drift.heard(lesson, served, self.learned.belief)
        if self.drift.alarm is None:
            return False
        self.lessons, self.learned, self.alike, self.drift = [], None, {}, Drift()
        self.compared = self.learned_at = 0
        return True


def simulate(stream: Stream, seed: int) -> Run:
    """One stream."""
    chance = np.random.default_rng([seed, 3])
    total = FROZEN.online_requests
    places = chance.integers(len(stream.kinds), size=total)
    shadowed = chance.random(total) < FROZEN.online_shadow
    own = _thinned(stream, places, chance.random(total))
    rented = stream.rented[places]
    state = _State()
    got, by_own = np.zeros(total), np.zeros(total, dtype=bool)
    useful: tuple[int, int] | None = None
    delay, alarms, compared_since = None, 0, 0
    for now, place in enumerate(places):
        kind, prompt = stream.kinds[place], stream.prompts[place]
        served = state.served(kind, prompt)
        by_own[now] = served == OWN
        got[now] = own[now] if by_own[now] else rented[now]
        alarmed = state.heard(_lesson(now, kind, prompt, served, rented[now], own[now], bool(shadowed[now])), served)
        compared_since += int(shadowed[now] and now >= total // 2)
        if alarmed and now < total // 2:
            alarms += 1
        elif alarmed and delay is None:
            delay = compared_since
        due = (shadowed[now] and refit_due(state.compared, state.learned_at)) or (now + 1) % NIGHT == 0
        if due and state.refit() and useful is None and _is_useful(state, stream, dropped=now >= total // 2):
            useful = now + 1, int(shadowed[: now + 1].sum())
    best = max(float(rented.mean()), float(own.mean()))
    quarter = slice(total // 4, total // 2)
    outcomes = {OURS: got, "always rented": rented, "always own": own, PER_KIND: _per_kind(stream, places, rented, own)}
    return Run(
        float(got.mean()), best, float(by_own[quarter].mean()), delay, alarms, useful, int(shadowed.sum()), outcomes
    )


def _is_useful(state: _State, stream: Stream, *, dropped: bool) -> bool:
    """Whether what is served now is worth more, on all recorded prompts, than the best fixed model."""
    own = stream.own * [stream.thinning[kind] for kind in stream.kinds] if dropped else stream.own
    ours = [state.served(kind, prompt) for kind, prompt in zip(stream.kinds, stream.prompts, strict=True)]
    worth = float(np.where(np.array(ours) == OWN, own, stream.rented).mean())
    return worth > max(float(own.mean()), float(stream.rented.mean()))


def _per_kind(stream: Stream, places: NDArray[np.int64], rented: Vector, own: Vector) -> Vector:
    """The outcomes of the model that is better on each kind, as long as it is."""
    kinds = np.array(stream.kinds)
    inside = {kind: kinds == kind for kind in stream.thinning}
    better = {kind: stream.own[one].mean() > stream.rented[one].mean() for kind, one in inside.items()}
    wants_own = np.array([better[stream.kinds[place]] for place in places])
    wants_own[len(places) // 2 :] = False
    return np.where(wants_own, own, rented)


def _thinned(stream: Stream, places: NDArray[np.int64], lots: Vector) -> Vector:
    """The own model's outcomes: as recorded, and from half of the stream on with so many right answers lost."""
    keep = np.array([stream.thinning[stream.kinds[place]] for place in places])
    later = np.arange(len(places)) >= len(places) // 2
    return np.where(later & (lots >= keep), 0.0, stream.own[places])


def _lesson(now: int, kind: str, prompt: Prompt, served: str, rented: float, own: float, both: bool) -> Lesson:
    outcomes = {RENTED: float(rented), OWN: float(own)}
    rare = FROZEN.online_shadow
    return Lesson(
        id=str(now),
        tenant="online",
        route="online",
        kind=kind,
        at_s=float(now),
        prompt=prompt,
        outcomes=outcomes if both else {served: outcomes[served]},
        chances={name: 1.0 if name == served else rare for name in outcomes},
    )
