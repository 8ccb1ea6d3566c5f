"""Learning: lessons from the books become a route's belief, and are taken back when a model drifts.

It runs beside the books and not in them: fitting takes seconds. A belief goes to the books through the spool like
everything else, and from there to the board. What is learned serves only if it would have earned more than what serves
now on the traffic that was seen; a belief is taken back as soon as a model that it chose is worse than the incumbent.
"""

import logging
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile

import msgspec

from understudy.jobs.planning import DAY_S
from understudy.ports import BeliefRow, Clock, Journal, LessonRow, Store, StrataRow
from understudy.routing.beliefs import Belief, Learned, Strata
from understudy.routing.contest import contest
from understudy.routing.drift import Drift
from understudy.routing.learn import MAX_LESSONS, Pool, believe, fits, refit_due, unfold
from understudy.routing.lessons import Lesson
from understudy.routing.naming import PROMPTS_READ, names_of
from understudy.routing.records import kin_of
from understudy.routing.strata import strata
from understudy.routing.text import read
from understudy.stats.vectors import Vectors

log = logging.getLogger(__name__)
# Lessons read from the books in one look.
TAKEN = 1_000
# Without compared prompts served traffic teaches too, this often.
NIGHT_S = DAY_S
# How often it is looked whether the kinds are compared as they should be, over how many of the last requests, and by
# how much a rate must be off, in parts of itself, to be told anew.
STRATIFY_EVERY_S = 60.0
TRAFFIC = 2_000
NEWS = 0.1


class _Seen(msgspec.Struct, array_like=True):
    """What came of one model's answer, as `judging` wrote it."""

    outcome: float | None
    chance: float
    usd: float | None
    ms: float | None
    wasted_usd: float = 0.0


_OUTCOMES = msgspec.json.Decoder(dict[str, _Seen])
_BELIEF = msgspec.msgpack.Decoder(Belief)
Place = tuple[str, str]


def belief_of(row: BeliefRow) -> Learned | None:
    """A belief as the board has it; None for one that was taken back."""
    return None if row.body is None else unfold(_BELIEF.decode(row.body))


def lesson_of(row: LessonRow, vectors: Vectors | None = None) -> Lesson:
    """A lesson from the books, its prompt as numbers. Where no check spoke, the user's word is the outcome."""
    told = _OUTCOMES.decode(row.outcomes)
    outcomes = {model: seen.outcome for model, seen in told.items() if seen.outcome is not None}
    spoken = False
    if not outcomes and row.said is not None:
        outcomes, spoken = {row.served: row.said}, True
    return Lesson(
        id=row.exchange_id,
        tenant=row.tenant,
        route=row.route,
        kind=row.kind,
        at_s=row.at_s,
        prompt=read(row.words, vectors),
        outcomes=outcomes,
        chances={model: seen.chance for model, seen in told.items()},
        usd={model: seen.usd for model, seen in told.items() if seen.usd is not None},
        ms={model: seen.ms for model, seen in told.items() if seen.ms is not None},
        wasted_usd={model: seen.wasted_usd for model, seen in told.items() if seen.wasted_usd},
        key=row.key,
        spoken=spoken,
        served=row.served,
        said=row.said,
    )


@dataclass
class Course:
    """What one tenant's route has learned so far, in memory; all of it can be read again from the books."""

    lessons: deque[Lesson] = field(default_factory=lambda: deque(maxlen=MAX_LESSONS))
    words: deque[str] = field(default_factory=lambda: deque(maxlen=PROMPTS_READ))
    compared: int = 0
    learned_at: int = 0
    learned_at_s: float = 0.0
    since_s: float = 0.0
    champion: Learned | None = None
    # What was learned last, whether it serves or not, and how often the kinds are compared for it.
    fitted: Belief | None = None
    kinds: deque[str] = field(default_factory=lambda: deque(maxlen=TRAFFIC))
    strata: Strata = field(default_factory=Strata)
    stratified_at_s: float = 0.0
    drift: Drift = field(default_factory=Drift)


class Learner:
    """Learns for every route that chooses from a pool; `pools` are by route, prompts are read with `vectors`, too."""

    def __init__(
        self,
        *,
        store: Store,
        journal: Journal,
        pools: Mapping[str, Pool],
        clock: Clock,
        vectors: Vectors | None = None,
    ) -> None:
        self._store = store
        self._journal = journal
        self._pools = pools
        self._clock = clock
        self._vectors = vectors
        self._read_to = dict.fromkeys(pools, 0)
        self._courses: dict[Place, Course] = {}
        self._deleted = store.deleted()
        for row in store.beliefs():
            if row.route in pools:
                self._resume(row, pools[row.route])
        for told in store.strata():
            if told.route in pools:
                self._course(told.tenant, told.route).strata = Strata(kinds=told.kinds, new=told.new)

    def turn(self) -> bool:
        """Read what is new, take back what drifted, learn where enough is new; whether anything was read."""
        busy = False
        self._forget()
        for route in self._pools:
            busy = self._hear(route) or busy
        for place, course in self._courses.items():
            if self._due(course):
                self._learn(place, course)
            self._stratify(place, course)
        return busy

    def _resume(self, row: BeliefRow, pool: Pool) -> None:
        """Go on from a belief; one that was learned for other settings is taken back, its lessons still count."""
        course = self._course(row.tenant, row.route)
        course.since_s, course.learned_at_s = max(course.since_s, row.since_s), row.at_s
        learned = belief_of(row)
        if learned is None or fits(learned.belief, pool):
            course.champion = learned
            course.fitted = learned.belief if learned is not None else None
            return
        words = "taken back: the route's models, its dial or its priors have changed"
        self._journal.append(msgspec.structs.replace(row, version="", at_s=self._clock.now_s(), words=words, body=None))

    def _course(self, tenant: str, route: str) -> Course:
        since_s = self._deleted.get(tenant, 0.0)
        return self._courses.setdefault((tenant, route), Course(since_s=since_s, learned_at_s=self._clock.now_s()))

    def _forget(self) -> None:
        """Begin anew with the tenants that were deleted since the last look."""
        self._deleted = self._store.deleted()
        for (tenant, route), course in list(self._courses.items()):
            if course.since_s < self._deleted.get(tenant, 0.0):
                del self._courses[tenant, route]
                self._course(tenant, route)

    def _hear(self, route: str) -> bool:
        settled_s = self._clock.now_s() - self._pools[route].wait_s
        told = self._store.lessons(route, self._read_to[route], TAKEN)
        # In their order, so that none is passed over while another waits for its user.
        rows = list(takewhile(lambda row: row.at_s <= settled_s, told))
        for row in rows:
            self._read_to[route] = row.seq
            course = self._course(row.tenant, route)
            lesson = lesson_of(row, self._vectors)
            course.kinds.append(row.kind)
            if not lesson.outcomes or row.at_s < course.since_s:
                continue
            self._take(course, lesson, row)
        return bool(rows)

    def _take(self, course: Course, lesson: Lesson, row: LessonRow) -> None:
        pool = self._pools[row.route]
        course.lessons.append(lesson)
        course.words.append(row.words)
        course.compared += all(model.name in lesson.outcomes for model in pool.models)
        champion = course.champion
        if champion is None or row.at_s < champion.belief.at_s:
            return
        course.drift = course.drift.heard(lesson, row.served, champion.belief)
        if (worse := course.drift.alarm) is not None:
            self._take_back((row.tenant, row.route), course, worse)

    def _take_back(self, place: Place, course: Course, worse: str) -> None:
        now_s = self._clock.now_s()
        words = f"taken back: {worse} has become worse than the incumbent"
        log.warning("route %s of tenant %s: %s", place[1], place[0], words)
        self._withdraw(place, now_s, words)
        self._courses[place] = Course(since_s=now_s, learned_at_s=now_s, kinds=course.kinds, strata=course.strata)

    def _withdraw(self, place: Place, since_s: float, words: str) -> None:
        """Tell that nothing is believed of a route; lessons count from `since_s` on."""
        now_s = self._clock.now_s()
        self._journal.append(
            BeliefRow(tenant=place[0], route=place[1], version="", at_s=now_s, since_s=since_s, words=words, body=None)
        )

    def _stratify(self, place: Place, course: Course) -> None:
        """Say how often each kind is to be compared, where that is news."""
        now_s = self._clock.now_s()
        if now_s - course.stratified_at_s < STRATIFY_EVERY_S:
            return
        course.stratified_at_s = now_s
        pool = self._pools[place[1]]
        found = (
            Strata()
            if course.fitted is None
            else strata(Counter(course.kinds), course.fitted, pool.models, pool.compared)
        )
        names = found.kinds.keys() | course.strata.kinds.keys()
        pairs = [(found.of(kind), course.strata.of(kind)) for kind in names] + [(found.new, course.strata.new)]
        if all(abs(new - old) <= NEWS * old for new, old in pairs):
            return
        course.strata = found
        self._journal.append(StrataRow(tenant=place[0], route=place[1], at_s=now_s, kinds=found.kinds, new=found.new))

    def _due(self, course: Course) -> bool:
        if refit_due(course.compared, course.learned_at):
            return True
        return bool(course.lessons) and self._clock.now_s() - course.learned_at_s >= NIGHT_S

    def _learn(self, place: Place, course: Course) -> None:
        now_s = self._clock.now_s()
        pool = self._pools[place[1]]
        span_s = max(1.0, course.lessons[-1].at_s - course.lessons[0].at_s)
        pool = msgspec.structs.replace(pool, requests_per_day=len(course.lessons) * DAY_S / span_s)
        incumbents = {route: other.incumbent for route, other in self._pools.items()}
        kin = kin_of([lesson for other in self._courses.values() for lesson in other.lessons], incumbents)
        lessons = list(course.lessons)
        fitted = believe(lessons, pool, kin, at_s=now_s)
        course.learned_at, course.learned_at_s = course.compared, now_s
        course.fitted, course.stratified_at_s = fitted.belief, 0.0
        # A champion whose text cannot be read any more was never judged as it serves now: it has no say.
        stale = course.champion is not None and not course.champion.reads(self._vectors.id if self._vectors else "")
        found = contest(fitted, None if stale else course.champion, lessons, pool)
        if not found.won:
            log.info("route %s of tenant %s: what was learned does not win: %s", place[1], place[0], found.words)
            if stale:
                course.champion = None
                words = "taken back: it was learned with other word vectors, and what was learned since does not win"
                self._withdraw(place, course.since_s, words)
            return
        belief = msgspec.structs.replace(fitted.belief, names=names_of(fitted.belief, course.words))
        course.champion = unfold(belief)
        words = f"wins over {found.quality.n:,} requests: {found.words}"
        self._journal.append(
            BeliefRow(
                tenant=place[0],
                route=place[1],
                version=belief.version,
                at_s=now_s,
                since_s=course.since_s,
                words=words,
                body=msgspec.msgpack.encode(belief),
            )
        )
