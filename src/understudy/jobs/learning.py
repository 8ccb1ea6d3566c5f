"""Learning: lessons from the books become a route's belief, and are taken back when a model drifts.

It runs beside the books and not in them: fitting takes seconds. A belief goes to the books through the spool like
everything else, and from there to the board. What is learned serves only if it would have earned more than what serves
now on the traffic that was seen; a belief is taken back as soon as a model that it chose is worse than the incumbent.

Where the traffic is no longer what a belief expects, no model has become worse: all lessons go on to teach how good the
models are. The belief is learned anew at once, its dial turned on the traffic since the change, and must win again over
"always the incumbent" on that traffic; else the incumbent answers until it does.

So it is where a judge is found fooled, whose verdicts since its last passed round are doubted: those prompts are
traffic on which nobody spoke, and a belief that may rest on them is learned anew without them.
"""

import logging
from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

import msgspec

from understudy.jobs.planning import DAY_S
from understudy.ports import BeliefRow, Clock, Journal, LessonRow, ProbeRow, Store, StrataRow
from understudy.routing.beliefs import Belief, Forecast, Learned, Strata
from understudy.routing.contest import Verdict, contest
from understudy.routing.decide import Decision, added, unhindered
from understudy.routing.drift import Drift, asked_of
from understudy.routing.forecast import SETTLE_S, Seen
from understudy.routing.learn import MAX_LESSONS, Pool, believe, fits, refit_due, unfold
from understudy.routing.lessons import Lesson, lot_of
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
# A belief that is this much younger than its judge's fall may still rest on what is doubted: the news takes its time.
HEARD_WITHIN_S = 60.0


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


def learned_of(row: BeliefRow) -> Belief | None:
    """What was learned last, whether it serves or not; None where it was taken back."""
    return None if row.body is None else _BELIEF.decode(row.body)


def belief_of(row: BeliefRow) -> Learned | None:
    """A belief as the board has it; None for one that was taken back, or that did not win."""
    found = learned_of(row)
    return unfold(found) if found is not None and found.serves else None


def outcomes_of(told: bytes) -> dict[str, float]:
    """What came of each model's answer by a lesson's record of it, as far as anybody said."""
    return _spoken(_OUTCOMES.decode(told))


def _spoken(told: Mapping[str, _Seen]) -> dict[str, float]:
    return {model: seen.outcome for model, seen in told.items() if seen.outcome is not None}


def lesson_of(row: LessonRow, scale: str = "", vectors: Vectors | None = None) -> Lesson:
    """A lesson from the books, its prompt as numbers; outcomes on another scale than the route's are none.

    Where no check spoke, the user's word is the outcome; beside a judge's, which compares, it would be no measure.
    """
    told = _OUTCOMES.decode(row.outcomes)
    outcomes = _spoken(told) if row.by == scale else {}
    spoken = not outcomes and row.said is not None and not scale
    if spoken and row.said is not None:
        outcomes = {row.served: row.said}
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
        unit=row.unit,
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
    # What is seen of the traffic that the champion expects; since when traffic is as it is now; what has just changed.
    seen: Seen = field(default_factory=Seen)
    changed_s: float = 0.0
    change: str = ""
    # Why what is believed may rest on verdicts of a fooled judge.
    doubt: str = ""

    def withdraw(self, doubted: Collection[str]) -> list[Lesson]:
        """Take back what a judge said of these prompts; those that were learned from, as they were."""
        taken = [lesson for lesson in self.lessons if lesson.id in doubted and lesson.outcomes]
        left = (lesson._replace(outcomes={}) if lesson.id in doubted else lesson for lesson in self.lessons)
        self.lessons = deque(left, maxlen=MAX_LESSONS)
        return taken

    def rests_on(self, fall: ProbeRow) -> bool:
        """Whether the champion may have been learned from what is doubted since a judge's fall."""
        since_s = fall.at_s if fall.doubted_s is None else fall.doubted_s
        return self.champion is not None and since_s < self.champion.belief.at_s <= fall.at_s + HEARD_WITHIN_S


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
        # By route: how often its judge fell, and what is doubted for it.
        self._falls = dict.fromkeys(pools, 0)
        self._doubted: dict[str, set[str]] = {route: set() for route in pools}
        self._courses: dict[Place, Course] = {}
        self._deleted = store.deleted()
        for row in store.beliefs():
            if row.route in pools:
                self._resume(row, pools[row.route])
        for told in store.strata():
            if told.route in pools:
                self._course(told.tenant, told.route).strata = Strata(kinds=told.kinds, new=told.new)

    def turn(self) -> bool:
        """Read what is new, take back what drifted, learn where enough is new; whether anything was read.

        While more is waiting in the books nothing is learned: after a start it would be from the oldest lessons alone.
        """
        self._forget()
        for route, pool in self._pools.items():
            if pool.scale:
                self._doubt(route)
        heard = [self._hear(route) for route in self._pools]
        if TAKEN in heard:
            return True
        for place, course in self._courses.items():
            if self._due(course):
                self._learn(place, course)
            self._stratify(place, course)
        return any(heard)

    def _resume(self, row: BeliefRow, pool: Pool) -> None:
        """Go on from a belief; one that was learned for other settings is taken back, its lessons still count."""
        course = self._course(row.tenant, row.route)
        course.since_s, course.learned_at_s = max(course.since_s, row.since_s), row.at_s
        course.changed_s = row.changed_s
        learned = belief_of(row)
        if learned is None or fits(learned.belief, pool):
            course.champion = learned
            course.fitted = learned.belief if learned is not None else None
            return
        words = "taken back: the route's models, dial, priors or judge have changed"
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

    def _doubt(self, route: str) -> None:
        """Take back what a judge said that was found to be fooled since the last look."""
        falls = self._store.falls(route)
        news, self._falls[route] = falls[self._falls[route] :], len(falls)
        if not news:
            return
        doubted = self._doubted[route] = self._store.doubted_lessons(route)
        for (tenant, of), course in self._courses.items():
            if of != route:
                continue
            taken = course.withdraw(doubted)
            course.compared -= sum(_whole(lesson, self._pools[route]) for lesson in taken)
            course.drift = Drift() if taken else course.drift
            if taken or any(course.rests_on(fall) for fall in news):
                course.doubt = (
                    f"judge {news[-1].by} was found to be fooled, and its last verdicts do not count any more"
                )
                log.warning("route %s of tenant %s: %s", route, tenant, course.doubt)

    def _hear(self, route: str) -> int:
        """Take up what is new of a route; how many lessons that is."""
        settled_s = self._clock.now_s() - self._pools[route].wait_s
        told = self._store.lessons(route, self._read_to[route], TAKEN)
        # In their order, so that none is passed over while another waits for its user.
        rows = list(takewhile(lambda row: row.at_s <= settled_s, told))
        for row in rows:
            self._read_to[route] = row.seq
            course = self._course(row.tenant, route)
            pool = self._pools[route]
            lesson = lesson_of(row, pool.scale, self._vectors)
            if lesson.id in self._doubted[route]:
                lesson = lesson._replace(outcomes={})
            course.kinds.append(row.kind)
            # What a judge did not see is traffic all the same: by it comparisons are weighed.
            if not (lesson.outcomes or pool.scale) or row.at_s < course.since_s:
                continue
            self._take(course, lesson, row)
        return len(rows)

    def _take(self, course: Course, lesson: Lesson, row: LessonRow) -> None:
        pool = self._pools[row.route]
        course.lessons.append(lesson)
        course.words.append(row.words)
        course.compared += _whole(lesson, pool)
        champion = course.champion
        if champion is None or row.at_s < champion.belief.at_s:
            return
        text = added(champion, lesson.kind, lesson.prompt)
        decision = unhindered(pool.models, champion.belief, lesson.kind, text, lot_of(lesson))
        if decision.chosen == row.served:
            course.drift = course.drift.heard(lesson, row.served, champion.belief, asked_of(decision))
        if (worse := course.drift.alarm) is not None:
            self._fallen((row.tenant, row.route), course, worse)
        elif not course.change and row.at_s >= champion.belief.at_s + SETTLE_S:
            _watch(course, decision, lesson, champion.belief.forecast)

    def _fallen(self, place: Place, course: Course, worse: str) -> None:
        """A model has become worse: what was learned of it is wrong, and begins anew."""
        now_s = self._clock.now_s()
        self._take_back(place, now_s, f"{worse} has become worse than it was believed to be")
        self._courses[place] = Course(since_s=now_s, learned_at_s=now_s, kinds=course.kinds, strata=course.strata)

    def _take_back(self, place: Place, since_s: float, why: str, changed_s: float = 0.0) -> None:
        words = f"taken back: {why}"
        log.warning("route %s of tenant %s: %s", place[1], place[0], words)
        row = BeliefRow(
            tenant=place[0],
            route=place[1],
            version="",
            at_s=self._clock.now_s(),
            since_s=since_s,
            words=words,
            body=None,
            changed_s=changed_s,
        )
        self._journal.append(row)

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
        if course.change or (course.doubt and course.lessons) or refit_due(course.compared, course.learned_at):
            return True
        return bool(course.lessons) and self._clock.now_s() - course.learned_at_s >= NIGHT_S

    def _alike(self, pool: Pool) -> list[Lesson]:
        """The lessons of all routes and tenants whose outcomes are on one scale with a pool's."""
        courses = [course for (_, route), course in self._courses.items() if self._pools[route].scale == pool.scale]
        return [lesson for course in courses for lesson in course.lessons]

    def _learn(self, place: Place, course: Course) -> None:
        now_s = self._clock.now_s()
        lessons = list(course.lessons)
        present = [one for one in lessons if one.at_s >= course.changed_s]
        course.learned_at, course.learned_at_s = course.compared, now_s
        # What a judge has spoken on comes out of its order.
        moments = [lesson.at_s for lesson in present]
        span_s = max(1.0, max(moments) - min(moments))
        pool = msgspec.structs.replace(self._pools[place[1]], requests_per_day=len(present) * DAY_S / span_s)
        kin = kin_of(self._alike(pool), {route: other.incumbent for route, other in self._pools.items()})
        change, course.change = course.change, ""
        doubt, course.doubt = course.doubt, ""
        fitted = believe(lessons, pool, kin, at_s=now_s, since_s=course.changed_s, drift=change)
        course.fitted, course.stratified_at_s = fitted.belief, 0.0
        # What serves was chosen for other traffic, judged with other vectors, or by a judge that was fooled: it is no
        # measure for what is learned anew.
        why = f"drift: {change}" if change else doubt or self._unread(course)
        found = contest(fitted, None if why else course.champion, present, pool)
        if found.won:
            self._serve(place, course, fitted.belief, found, why)
        elif why and course.champion is not None:
            why = f"{why}; learned anew, it does not win: {found.words}"
            self._take_back(place, course.since_s, why, course.changed_s)
            course.champion, course.drift, course.seen = None, Drift(), Seen()
        elif course.champion is None:
            self._set_aside(place, course, fitted.belief, found)

    def _set_aside(self, place: Place, course: Course, learned: Belief, found: Verdict) -> None:
        """Tell what was learned, for people alone: it does not win, and the incumbent goes on answering everything."""
        words = f"what was learned from {learned.labels:,} requests does not win: {found.words}"
        shown = msgspec.structs.replace(learned, serves=False, texts={}, speaks=(), cascades={})
        self._tell(place, course, shown, words)

    def _tell(self, place: Place, course: Course, belief: Belief, words: str) -> None:
        self._journal.append(
            BeliefRow(
                tenant=place[0],
                route=place[1],
                version=belief.version if belief.serves else "",
                at_s=belief.at_s,
                since_s=course.since_s,
                words=words,
                body=msgspec.msgpack.encode(belief),
                changed_s=course.changed_s,
            )
        )

    def _unread(self, course: Course) -> str:
        """Why the champion's text cannot be read here any more; empty where it can."""
        readable = course.champion is None or course.champion.reads(self._vectors.id if self._vectors else "")
        return "" if readable else "it was learned with other word vectors"

    def _serve(self, place: Place, course: Course, learned: Belief, found: Verdict, why: str) -> None:
        belief = msgspec.structs.replace(learned, names=names_of(learned, course.words))
        course.champion, course.seen = unfold(belief), Seen()
        words = f"wins over {found.quality.n:,} requests: {found.words}"
        if why:
            words = f"{why}; learned anew, it {words}"
            log.warning("route %s of tenant %s: %s", place[1], place[0], words)
        self._tell(place, course, belief, words)


def _whole(lesson: Lesson, pool: Pool) -> bool:
    """Whether a lesson compares all models of a pool."""
    return all(model.name in lesson.outcomes for model in pool.models)


def _watch(course: Course, decision: Decision, lesson: Lesson, expected: Forecast | None) -> None:
    """Count one call of a belief's traffic; at the end of a window, see whether what it expects is what comes."""
    if expected is None:
        return
    seen = course.seen
    seen.hear(decision, lesson, expected)
    if seen.whole(lesson.at_s, expected):
        course.seen = Seen(before=seen.before + 1)
        if (change := seen.alarm(expected)) is not None:
            course.change, course.changed_s = change, seen.since_s
