"""What routes with a pool have learned, as one view for the terminal and the web: figures and names, never words."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from understudy.canon.value import Value
from understudy.jobs.board import with_books
from understudy.jobs.learning import TAKEN, Place, learned_of, outcomes_of
from understudy.jobs.leaving_out import left_out_of_routes
from understudy.jobs.sanity import WINDOW, standing
from understudy.ports import BeliefRow, LessonRow, ProbeRow, Store
from understudy.routing.beliefs import Dial, Forecast, Record
from understudy.routing.board import Board, Route
from understudy.routing.learn import REFITS
from understudy.routing.text import packed_over

EVERYTHING = "the incumbent answers everything"
NOTHING = f"nothing is learned yet: {EVERYTHING}"
# So many requests without a word of the check are no accident.
SILENT = 20


class PoolView(Value, frozen=True, kw_only=True):
    """One tenant's route: how much it was taught by kind, what serves and why, every model's record, the dial.

    Where what was learned last did not win, it does not serve, has no version, and its figures are there all the same.
    `compared` is the share of requests that all models answer, by kind; `compared_new` that of kinds not seen enough.
    `unasked` are kinds that the route's priors name and of which nothing was ever asked. `judge` says whether the
    judge's verdicts count, where there is one, `forecast` is what the belief expects of its traffic, `vectors` the hash
    of the word vectors that its text was learned with, `left_out` how many comparisons of the last day were not made.
    """

    tenant: str
    route: str
    incumbent: str
    lessons: dict[str, int]
    serves: bool = False
    version: str = ""
    at_s: float | None = None
    words: str = NOTHING
    labels: int = 0
    records: dict[str, dict[str, Record]] = {}
    speaks: tuple[str, ...] = ()
    vectors: str = ""
    dial: Dial | None = None
    forecast: Forecast | None = None
    compared: dict[str, float] = {}
    compared_new: float = 0.0
    unasked: tuple[str, ...] = ()
    judge: str = ""
    left_out: str = ""


def pool_views(store: Store, routes: Mapping[str, Route], now_s: float, tenant: str | None = None) -> list[PoolView]:
    """Every route with a pool that was taught anything, of one tenant or of all; `routes` are the declared ones."""
    pools = {name: route for name, route in routes.items() if route.choose_from}
    counts = {place: dict(kinds) for place, kinds in store.lesson_counts().items() if place[1] in pools}
    rows = {(row.tenant, row.route): row for row in store.beliefs() if row.route in pools}
    board = with_books(Board(routes=pools), (), {}, 0, store.strata(), store.paces())
    judged = [name for name, route in pools.items() if route.judge]
    fallen = {name for name in judged if store.falls(name)}
    # Before the probes: whoever said what is doubted must be seen to have fallen.
    doubted = {place: len(store.doubted_lessons(place[1], tenant=place[0])) for place in counts if place[1] in fallen}
    probes = {name: store.probes(name, WINDOW) for name in judged}
    tried = {(row.tenant, row.route) for rows in probes.values() for row in rows}
    places = [place for place in sorted(counts.keys() | rows.keys() | tried) if tenant in (None, place[0])]
    # A judge tells for itself what is waited for.
    waiting = {place for place in places if place not in rows and not pools[place[1]].judge}
    taught: dict[Place, list[LessonRow]] = {place: [] for place in waiting}
    for lesson in store.newest({route for _, route in waiting}, TAKEN) if waiting else ():
        taught.get((lesson.tenant, lesson.route), []).append(lesson)
    crowded = left_out_of_routes(store, now_s)
    views = []
    for place in places:
        view = _view(place, board, counts.get(place, {}), rows.get(place))
        view = _waiting(view, pools[place[1]], taught[place]) if place in waiting else view
        judge = _judge(pools[place[1]], probes[place[1]], doubted.get(place, 0)) if place[1] in probes else ""
        views.append(replace(view, judge=judge, left_out=crowded.get(place, "")))
    return views


def _waiting(view: PoolView, route: Route, rows: Sequence[LessonRow]) -> PoolView:
    """A pool of which nothing is learned yet, and for what it waits."""
    told = [outcomes_of(row.outcomes) for row in rows]
    compared = sum(outcomes.keys() >= set(route.choose_from) for outcomes in told)
    words = f"{NOTHING}; {compared:,} comparisons have outcomes, and learning begins at {REFITS[0]}"
    if route.feedback:
        words += f"; users have spoken of {sum(row.said is not None for row in rows):,} answers"
    elif len(told) >= SILENT and not any(told):
        words += f". The check gave none of {len(told):,} requests an outcome: name one that can judge such answers"
    return replace(view, words=words)


def _judge(route: Route, newest_first: Sequence[ProbeRow], doubted: int) -> str:
    """What is to be said of a route's judge, and of what was taken back from a tenant."""
    words = standing(route.judge, newest_first).words
    return f"{words}; {doubted:,} lessons from before a judge was found fooled do not count" if doubted else words


def _view(place: Place, board: Board, lessons: dict[str, int], row: BeliefRow | None) -> PoolView:
    tenant, route = place[0], board.routes[place[1]]
    view = PoolView(
        tenant=tenant,
        route=route.name,
        incumbent=route.incumbent,
        lessons=lessons,
        compared={kind: board.compared(tenant, route, kind) for kind in lessons},
        compared_new=board.compared(tenant, route, ""),
        unasked=tuple(sorted({kind for prior in route.priors.values() for kind in prior.kinds} - lessons.keys())),
    )
    if row is None:
        return view
    belief = learned_of(row)
    serves = belief is not None and belief.serves
    view = replace(view, at_s=row.at_s, words=row.words if serves else f"{row.words}; {EVERYTHING}")
    if belief is None:
        return view
    return replace(
        view,
        serves=belief.serves,
        version=row.version,
        labels=belief.labels,
        records=belief.records,
        speaks=belief.speaks,
        vectors=next(map(packed_over, belief.texts.values()), ""),
        dial=belief.dial,
        forecast=belief.forecast,
    )
