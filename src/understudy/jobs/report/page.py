"""The report laid out: for a manager first (what moved, what it saves, what blocks the rest), for an auditor below.

Each plot says in words what to look for. Figures are those of the books; none is made here.
"""

from collections.abc import Sequence

from understudy.jobs.report.charts import Band, Chart, Line, Mark
from understudy.jobs.report.gather import Flip, Report, SliceReport
from understudy.jobs.report.markup import box, day, dim, document, drawn, table, text
from understudy.jobs.report.money import costs, money_words, moved
from understudy.jobs.report.pool_page import pools
from understudy.jobs.status import SliceView, in_points
from understudy.parity.ladder import LADDER, Rung, threshold

E_LOW, E_HIGH = 0.1, 1_000.0
# Half of the least height of a plot of differences, which is drawn to the size of its later half: where it settles
# counts, and not where the first few pairs threw it.
MIN_REACH = 0.1
PROMISE = (
    "A slice rises only as far as its evidence allows. A candidate that is truly worse than its margin reaches a rung "
    "that opens at e with probability at most 1 in e, over all looks together; of the slices that were given whole to "
    "their candidate, at most 1 in 20 is expected to be below its margin."
)


def page(report: Report) -> str:
    """The whole report as one file of HTML."""
    return document("Understudy: parity report", _body(report))


def _body(report: Report) -> list[str]:
    pooled = ["<h2>Pools</h2>", *pools(report.pools)] if report.pools is not None and report.pools.pools else []
    if not report.slices:
        nothing = "<p>No slice yet: a route needs a candidate, and traffic.</p>"
        return [*_head(report), nothing, *_imports(report), *pooled]
    return [
        *_head(report),
        *_sum(report),
        *_standing(report),
        *moved(report),
        *_money(report),
        *(line for one in report.slices for line in _slice(one, words=report.words)),
        *_imports(report),
        *_record(report),
        *pooled,
    ]


def _head(report: Report) -> list[str]:
    return ["<h1>What the own model has earned</h1>", dim(f"Made {day(report.at_s)} UTC. {PROMISE}")]


def _sum(report: Report) -> list[str]:
    whole = sum(one.view.share >= 1 for one in report.slices)
    some = sum(0 < one.view.share < 1 for one in report.slices)
    return [
        '<div class="sum">',
        box(f"{whole} of {len(report.slices)}", "slices served whole by the own model"),
        box(str(some), "slices on their way"),
        *money_words(report.spending),
        box("agrees" if all(one.agrees for one in report.findings) else "DIFFERS", "the record, made again"),
        "</div>",
    ]


def _money(report: Report) -> list[str]:
    found = costs(report.spending, report.stretch_s, report.at_s, "all rented")
    return ["<h2>Money</h2>", *found] if found else []


def _standing(report: Report) -> list[str]:
    rows = [
        (
            one.view.slice,
            one.view.status,
            f"{one.view.share:.0%}",
            f"{one.view.pairs + one.view.watched:,}",
            in_points(one.view.difference),
            evidence(one.view.e),
            one.view.blocked or "nothing: it serves the whole slice and is watched",
        )
        for one in report.slices
    ]
    heads = ("slice", "state", "share", "pairs", "own less rented", "e", "what blocks the next rung")
    return ["<h2>Where every slice stands</h2>", table(heads, rows, numbers=(2, 3, 4, 5))]


def _slice(one: SliceReport, *, words: bool) -> list[str]:
    view = one.view
    return [
        f"<h2>{text(view.slice)}</h2>",
        f"<p>Tested: <b>{text(view.candidate)}</b> is at most {view.margin * 100:g} points worse than "
        f"<b>{text(view.incumbent)}</b>, judged by {text(_judge(view))}. Attempt {view.attempt}, hypothesis "
        f"{text(view.hypothesis[:16])}.</p>",
        f"<p>{text(view.status)}, own serves {view.share:.0%}. Next: {text(view.blocked or 'nothing is blocked')}.</p>",
        *_evidence(one),
        *_difference(one),
        *_rails(view),
        *_health(one),
        *_moves(one),
        *_flips(one, words=words),
    ]


def _judge(view: SliceView) -> str:
    return f"{view.check} (outcomes of kind “{view.outcome}”, which may open up to {view.may_open})"


def _evidence(one: SliceReport) -> list[str]:
    points = one.course.points
    if not points:
        return [dim("No pair is settled yet.")]
    marks = [Mark(threshold(rung), rung.label) for rung in LADDER if rung is not Rung.SHADOW]
    events = [(float(stage.pairs), f"{stage.move} to {stage.to}") for stage in one.course.stages if stage.move != "up"]
    lines = [Line("e", [(float(point.pairs), point.e) for point in points])]
    chart = Chart("evidence", "pairs compared", "e (log)", lines, (E_LOW, E_HIGH), True, marks, events)
    cut = [dim(f"The course could not be followed to its end: {one.course.cut}")] if one.course.cut else []
    return [
        "<h3>Evidence against the rungs</h3>",
        dim("A rung opens when e reaches its dashed line."),
        drawn(chart.svg()),
        *cut,
    ]


def _difference(one: SliceReport) -> list[str]:
    points = [point for point in one.course.points if point.mean is not None]
    if not points:
        return []
    margin = one.view.margin
    late = points[len(points) // 2 :]
    reach = min(1.0, max([2 * margin, MIN_REACH, *(abs(point.mean or 0.0) * 1.3 for point in late)]))
    chart = Chart(
        "difference",
        "pairs compared",
        "own less rented",
        [Line("mean difference", [(float(point.pairs), point.mean or 0.0) for point in points])],
        (-reach, reach),
        marks=(Mark(0.0, ""), Mark(-margin, f"margin −{margin * 100:g} points")),
        bands=(Band("95 % confidence sequence", [(float(p.pairs), p.low, p.high) for p in points]),),
        y_words=lambda y: f"{y * 100:+.0f} pt",
    )
    said = "The shaded area holds the true difference at all times at once with 95 % confidence. "
    return [
        "<h3>Difference</h3>",
        dim(said + "Above the margin's line the own model may take over."),
        drawn(chart.svg()),
    ]


def _rails(view: SliceView) -> list[str]:
    if not view.guardrails:
        return []
    rows = [(rail.name, evidence(rail.e), evidence(rail.broken_e)) for rail in view.guardrails]
    heads = ("guardrail", "e that it holds", "e that it is broken")
    return ["<h3>Guardrails</h3>", table(heads, rows, numbers=(1, 2))]


def _health(one: SliceReport) -> list[str]:
    judge = one.context["judge"]
    if judge is None:
        return []
    saving = None if judge["r"] is None else judge["r"] ** 2
    rows = [
        ("verdicts", f"{judge['verdicts']:,} ({judge['missing']:,} without a score)"),
        ("verdicts that turn with the order of the answers", _share(judge["order_flips"])),
        ("pairs that a person labelled too", f"{judge['labels']:,}"),
        ("bias against people (judge less label)", in_points(judge["bias"])),
        ("correlation r with people; labels it saves", f"{_number(judge['r'])}; about {_share(saving)}"),
    ]
    return ["<h3>The judge</h3>", table(("figure", "value"), rows)]


def _moves(one: SliceReport) -> list[str]:
    rows = [
        (day(move.at_s), f"{move.before} → {move.to}", move.actor, evidence(move.e), move.reason) for move in one.moves
    ]
    if not rows:
        return ["<h3>Moves</h3>", dim("None yet.")]
    return ["<h3>Moves</h3>", table(("when (UTC)", "move", "by", "e", "why"), rows, numbers=(3,))]


def _flips(one: SliceReport, *, words: bool) -> list[str]:
    context = one.context
    failures = ", ".join(f"{name}: {count}" for name, count in context["failures"].items())
    told = (
        f"{context['negative_flips']:,} pairs where the own model lost, {context['positive_flips']:,} where it won, of "
        f"{context['pairs']:,}." + (f" Losses by class: {failures}." if failures else "")
    )
    unread = [] if words else [dim("Words are left out of this report.")]
    return ["<h3>Where they part</h3>", f"<p>{text(told)}</p>", *unread, *(_side_by_side(flip) for flip in one.flips)]


def _side_by_side(flip: Flip) -> str:
    winner = "the rented model did better" if flip.worth < 0 else "the own model did better"
    why = f", {flip.failure}" if flip.failure else ""
    head = f"<p class=dim>{text(flip.id)}: {winner} ({flip.worth:+.2f}{text(why)})</p>"
    if flip.prompt is None:
        return f'<div class="flip">{head}</div>'
    own, rented = text(flip.own or "(no answer)"), text(flip.rented or "(no answer)")
    answers = f'<div class="two"><div>own<pre>{own}</pre></div><div>rented<pre>{rented}</pre></div></div>'
    return f'<div class="flip">{head}<pre>{text(flip.prompt)}</pre>{answers}</div>'


def _imports(report: Report) -> list[str]:
    if not report.imports:
        return []
    rows = [
        (one.slice, one.check, f"{one.pairs:,}", in_points(one.difference), evidence(one.e), one.would_open)
        for one in report.imports
    ]
    heads = ("slice", "by", "pairs", "own less rented", "e", "would open")
    said = "Measured elsewhere, as hypotheses of their own: they say where to begin and move no traffic."
    return ["<h2>Imported</h2>", dim(said), table(heads, rows, numbers=(2, 3, 4))]


def _record(report: Report) -> list[str]:
    rows = [
        (one.slice, one.hypothesis[:16], f"{one.transitions}", f"{one.pairs:,}", "agrees" if one.agrees else one.words)
        for one in report.findings
    ]
    said = (
        "Every move made again from the stored pairs when this report was made. Anyone can: understudy parity replay."
    )
    heads = ("slice", "hypothesis", "moves", "pairs", "finding")
    body: Sequence[str] = [table(heads, rows, numbers=(2, 3))] if rows else [dim("There is no move to make again yet.")]
    return ["<h2>The record</h2>", dim(said), *body]


def evidence(e: float) -> str:
    """An e-value as people read it."""
    return f"{e:,.0f}" if e >= 1_000 else f"{e:.3g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
