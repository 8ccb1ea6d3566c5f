"""Pools laid out: what each is set to and whether that can be met, who answers and answered, what is known of each
model by kind and why the others do not answer, what quality costs, what was saved, and whether the judge is believed.

Each plot says in words what to look for. Figures are those of the books; none is made here.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from understudy.canon.money import dollars
from understudy.jobs.report.charts import Band, Chart, Dot, Line, Mark, interval
from understudy.jobs.report.markup import box, day, dim, document, drawn, sideways, table, text
from understudy.jobs.report.money import clock, costs, money_words
from understudy.jobs.report.pool_gather import PoolReport, PoolsReport, shares
from understudy.routing.beliefs import Dial, Point, Record
from understudy.routing.decide import DITHER, Decision, Option

# A share over fewer answers than a few stretches have would jump.
SHARE_STRETCHES = 2
OPAQUE = 0.8
HEADS = ("model", "quality", "outcomes", "$ / 1,000", "ms", "last day")
NOTHING = "No pool was taught anything yet: a route needs models to “choose_from”, a check or a judge, and traffic."


def pools_page(report: PoolsReport) -> str:
    """The report on pools as one file of HTML."""
    return document("Understudy: pools report", ["<h1>What the pools have learned</h1>", *pools(report)])


def pools(report: PoolsReport) -> list[str]:
    """The same as a part of a page."""
    if not report.pools:
        return [f"<p>{text(NOTHING)}</p>"]
    said = (
        f"Made {day(report.at_s)} UTC. A model answers instead of the incumbent only where its outcomes say that it "
        "earns more, by the dial; wherever too little is known the incumbent answers."
    )
    links = [f'<li><a href="#pool-{n}">{text(_name(one))}</a></li>' for n, one in enumerate(report.pools)]
    nav = [f'<nav aria-label="pools"><ul>{"".join(links)}</ul></nav>'] if len(links) > 1 else []
    return [dim(said), *nav, *(line for n, one in enumerate(report.pools) for line in _pool(one, n, report))]


def _name(one: PoolReport) -> str:
    return one.view.route if one.view.tenant == "default" else f"{one.view.tenant}: {one.view.route}"


def _pool(one: PoolReport, number: int, report: PoolsReport) -> list[str]:
    view = one.view
    money = costs(one.spending, report.stretch_s, report.at_s, f"always {view.incumbent}")
    return [
        f'<section aria-labelledby="pool-{number}"><h2 id="pool-{number}">{text(_name(one))}</h2>',
        dim(f"Chosen from {', '.join(one.models)}; {view.incumbent} is the incumbent."),
        '<div class="sum">',
        *_sums(one),
        "</div>",
        *_serving(one),
        *_answered(one, report),
        *_kinds(one),
        *_frontier(one),
        *(["<h3>Money</h3>", *money] if money else []),
        *_judge(one),
        "</section>",
    ]


def _sums(one: PoolReport) -> Iterator[str]:
    dial = one.view.dial
    if dial is not None and dial.name != "quality":
        yield box("can be met" if dial.met else "CANNOT BE MET", f"the dial: {_aim(dial)}")
    yield from money_words(one.spending)
    if one.view.judge:
        yield box(f"{one.waiting:,}", "comparisons wait for the judge")
    yield box(f"{one.view.labels:,}", "prompts it was learned from")


def _aim(dial: Dial) -> str:
    if dial.name == "budget_usd_per_day":
        return f"{dollars(dial.aim)} a day"
    return f"{dial.name.replace('_', ' ')} {dial.aim * 100:g} %"


def _serving(one: PoolReport) -> list[str]:
    """What serves, why, and since when; and what it expects of its traffic."""
    view = one.view
    if view.at_s is None:
        rows = [("now", view.words)]
    else:
        serves = "what was learned serves" if view.serves else f"{view.incumbent} answers everything"
        rows = [("now", f"{serves}, since {day(view.at_s)} UTC"), ("why", view.words)]
    if view.dial is not None:
        rows.append(("the dial", view.dial.words))
    if view.serves and view.forecast is not None:
        models, n = ", ".join(view.forecast.models), view.forecast.n
        rows.append(("forecast", f"{view.forecast.share:.1%} of calls to {models}, as of {n:,.0f} prompts in effect"))
    if one.changed_s:
        rows.append(
            ("drift", f"traffic is as it is now since {day(one.changed_s)} UTC; the dial goes by what came since")
        )
    if view.speaks:
        over = f", read with the word vectors {view.vectors}" if view.vectors else ""
        rows.append(
            ("the text", f"speaks on {', '.join(view.speaks)}{over}: there a prompt's words may turn the choice")
        )
    if view.unasked:
        rows.append(("never asked", f"priors name {', '.join(view.unasked)}"))
    return ["<h3>What serves</h3>", table(("", ""), rows)]


def _answered(one: PoolReport, report: PoolsReport) -> list[str]:
    """Whose the answers were, over time, piled up to all of them."""
    others = {row.model for row in one.spending if row.purpose == "serve" and row.model is not None}
    models = (*one.models, *sorted(others - set(one.models)))
    width_s = SHARE_STRETCHES * report.stretch_s
    found = shares(one.spending, models, width_s)
    if not found:
        return []
    since_s = found[0][0]
    # Where nothing was answered nothing is drawn.
    runs: list[list[tuple[float, list[float]]]] = []
    for from_s, share in found:
        piled = [0.0, *accumulate(share[model] for model in models)]
        start, end = from_s - since_s, min(from_s + width_s, max(report.at_s, from_s + 1)) - since_s
        if not runs or runs[-1][-1][0] < start:
            runs.append([])
        runs[-1] += [(start, piled), (end, piled)]
    chart = Chart(
        f"Who answered on {one.view.route}",
        "time (UTC)",
        "share of answers",
        [Line(name, []) for name in models],
        (0.0, 1.0),
        bands=[
            Band(name, [(x, piled[n], piled[n + 1]) for x, piled in run], n, OPAQUE)
            for n, name in enumerate(models)
            for run in runs
        ],
        events=[(at_s - since_s, words) for at_s, words in _events(one) if at_s >= since_s],
        x_words=clock(since_s, report.at_s),
        y_words="{:.0%}".format,
    )
    said = "Each model's share of the answers that callers got, one above the other. Dashed: when what stands now was "
    return ["<h3>Who answered</h3>", dim(said + "learned, and what went before it."), drawn(chart.svg())]


def _events(one: PoolReport) -> Iterator[tuple[float, str]]:
    if one.changed_s:
        yield one.changed_s, "traffic changed"
    for fall in one.falls:
        yield fall.at_s, f"judge {fall.by} fooled"
    if one.view.at_s is not None:
        yield one.view.at_s, "learned" if one.view.serves else "set aside" if one.view.records else "taken back"


def _kinds(one: PoolReport) -> list[str]:
    """Kind by kind what is known of each model, as an interval to look at and figures to read."""
    view = one.view
    records = [record for kinds in view.records.values() for record in kinds.values()]
    if not records:
        rows = [(kind, f"{n:,}", f"{_compared(one, kind):.1%}", _got(one, kind)) for kind, n in view.lessons.items()]
        return ["<h3>Kinds</h3>", table(("kind", "lessons", "compared", "answered, last day"), rows, numbers=(1, 2))]
    ends = min(min(one.low, one.mean) for one in records), max(max(one.high, one.mean) for one in records)
    span = max(0.0, int(ends[0] * 10) / 10), min(1.0, -int(-ends[1] * 10 // 1) / 10)
    heads = "".join(f"<th scope=col{' class=n' if n > 1 else ''}>{name}</th>" for n, name in enumerate(HEADS))
    said = (
        f"Quality is the mean outcome with its 95 % interval, drawn from {span[0]:g} to {span[1]:g}; dotted is the "
        "incumbent's mean. The model that answers now is marked. Costs and times are of completed answers."
    )
    scale = "By a judge's measure the incumbent has 0.500 on every kind. " if view.judge else ""
    bodies = (line for kind in sorted(view.lessons.keys() | view.records.keys()) for line in _kind(one, kind, span))
    return [
        "<h3>What is known, by kind</h3>",
        dim(scale + said),
        sideways(f"<table class=kinds><thead><tr>{heads}</tr></thead>", *bodies, "</table>"),
    ]


def _compared(one: PoolReport, kind: str) -> float:
    return one.view.compared.get(kind, one.view.compared_new)


def _got(one: PoolReport, kind: str) -> str:
    counts = one.lately.get(kind, {})
    total = sum(counts.values())
    return ", ".join(f"{model} {count / total:.0%}" for model, count in counts.items()) or "–"


def _kind(one: PoolReport, kind: str, span: tuple[float, float]) -> Iterator[str]:
    view, choice = one.view, one.choices.get(kind)
    serving = choice.chosen if choice is not None else view.incumbent
    why = choice.why if choice is not None else "nothing that was learned of this kind serves"
    seen = f"{view.lessons.get(kind, 0):,} lessons, {_compared(one, kind):.1%} compared"
    head = f"<b>{text(kind)}</b> <span class=dim>{text(seen)}</span><br>{text(serving)} answers: {text(why)}"
    yield f"<tbody><tr class=kind><th scope=rowgroup colspan={len(HEADS)}>{head}</th></tr>"
    records, counts = view.records.get(kind, {}), one.lately.get(kind, {})
    base, asked = records.get(view.incumbent), sum(counts.values())
    for name in (*one.models, *sorted(counts.keys() - set(one.models))):
        record = records.get(name)
        told = (
            "–" if record is None else interval(record.low, record.mean, record.high, base.mean if base else None, span)
        )
        figures = (*_figures(record), f"{counts.get(name, 0) / asked:.0%}" if asked else "–")
        cells = "".join(f"<td class=n>{figure}</td>" for figure in figures)
        whose = "own" if name in one.own else "rented" if name in one.models else "not of the pool"
        note = "answers now" if name == serving else _why_not(name, choice, view.records.get(kind, {}))
        label = f"{text(name)} <span class=dim>{whose}; {text(note)}</span>"
        marked = " class=serves" if name == serving else ""
        yield f"<tr{marked}><th scope=row>{label}</th><td>{told}</td>{cells}</tr>"
    yield "</tbody>"


def _figures(record: Record | None) -> tuple[str, str, str]:
    if record is None:
        return "0", "–", "–"
    cost = "–" if record.cost_usd is None else dollars(record.cost_usd * 1_000)
    return f"{record.n:,.0f}", cost, "–" if record.latency_ms is None else f"{record.latency_ms:,.0f}"


def _why_not(name: str, choice: Decision | None, records: Mapping[str, Record]) -> str:
    """Why another model answers: what it lacks, or by how much it is worth less."""
    if choice is None:
        return "not chosen" if name in records else "nothing is known of it"
    options: dict[str, Option] = {option.model: option for option in choice.options}
    mine, best = options.get(name), options[choice.chosen]
    if mine is None:
        return "stood in"
    if mine.out is not None:
        return mine.out
    less = (best.worth or 0.0) - (mine.worth or 0.0)
    if choice.price and less <= DITHER / 2 and mine.owned != best.owned:
        return "level at the dial's price: lots decide"
    return f"worth {less:.3f} less" + (" at the dial's price" if choice.price else "")


def _frontier(one: PoolReport) -> list[str]:
    """What each price comes to: the quality kept over what a request costs, or over the rented share."""
    dial = one.view.dial
    points = list(dial.frontier) if dial is not None else []
    in_dollars = all(point.usd_per_request is not None for point in points)
    spots = sorted({(_dear(point, in_dollars=in_dollars), point.kept) for point in points})
    if dial is None or len(spots) < 2:
        return []
    now = min(points, key=lambda point: abs(point.price - dial.price))
    target = [Mark(dial.aim, f"target {dial.aim * 100:g} %")] if dial.name == "quality_target" else []
    heights = [1.0, *(mark.y for mark in target), *(y for _, y in spots)]
    low, high = min(heights), max(heights)
    room = max(0.01, (high - low) * 0.15)
    chart = Chart(
        f"Quality against price on {one.view.route}",
        "dollars for 1,000 requests" if in_dollars else "share of rented calls",
        "of the incumbent's quality",
        [Line("every price tried", spots)],
        (low - room, high + room),
        marks=[Mark(1.0, f"{one.view.incumbent} alone"), *target],
        dots=[Dot(_dear(now, in_dollars=in_dollars), now.kept, "as set")],
        x_words=dollars if in_dollars else "{:.0%}".format,
        y_words="{:.1%}".format,
    )
    said = (
        "What other settings of the dial would have come to on the last window of outcomes; “as set” is the nearest to "
    )
    return ["<h3>Quality against price</h3>", dim(said + "what the dial asks for."), drawn(chart.svg())]


def _dear(point: Point, *, in_dollars: bool) -> float:
    return (point.usd_per_request or 0.0) * 1_000 if in_dollars else point.share


def _judge(one: PoolReport) -> list[str]:
    if not one.view.judge:
        return []
    rows = [
        (day(fall.at_s), fall.by, "what it said since " + (day(fall.doubted_s) if fall.doubted_s else "its beginning"))
        for fall in one.falls
    ]
    fallen = [table(("found fooled (UTC)", "judge", "does not count"), rows)] if rows else []
    return ["<h3>The judge</h3>", f"<p>{text(one.view.judge)}.</p>", *fallen]
