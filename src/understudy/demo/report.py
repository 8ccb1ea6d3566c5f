"""demo-report.html: what happened, in three plots and one table, in a file that needs nothing else."""

import html
from dataclasses import dataclass
from pathlib import Path

from understudy.demo.table import NANO, evidence, rate
from understudy.demo.tasks import KINDS
from understudy.demo.truth import Verdict
from understudy.demo.watching import Sight
from understudy.jobs.report.charts import Chart, Line, Mark
from understudy.jobs.report.markup import box, document

RUNGS = (Mark(5, "1 %"), Mark(10, "5 %"), Mark(20, "25 %"), Mark(50, "50 %"), Mark(100, "100 %"))
E_LOW, E_HIGH = 0.1, 1000.0


@dataclass(frozen=True)
class Run:
    """What the report tells."""

    sights: list[Sight]
    verdicts: list[Verdict]
    margin: float
    seconds: float
    fault_at: int | None
    fault_kind: str | None
    fault_words: str


def write(run: Run, path: Path) -> None:
    """Write the report."""
    last = run.sights[-1]
    right = sum(verdict.right is True for verdict in run.verdicts)
    judged = sum(verdict.right is not None for verdict in run.verdicts)
    moved = sum(one["share"] >= 0.25 for one in last.slices)
    total = last.spent_nano + last.saved_nano
    body = [
        "<h1>What an own model may take over</h1>",
        f"<p>A tiny own model was compared with a rented one (a stand-in) on {last.asked:,} requests of "
        f"{len(run.verdicts)} kinds. Each kind moved only as far as its evidence allowed.</p>",
        '<div class="sum">',
        box(f"{moved} of {len(last.slices)}", "slices at 25 % or more now"),
        box(f"{right} of {judged}", "decisions right by the truth"),
        box(f"${last.saved_nano / NANO:.4f}", f"saved of ${total / NANO:.4f}"),
        box(f"{run.seconds:.0f} s", "from first request to last"),
        "</div>",
        *_plots(run),
        *_truth(run),
        "<h2>What to doubt</h2><p class=dim>The traffic is templated and the rented model a stand-in with a known "
        "error rate; the own model's price is assumed. The gate, the ladder, the watch and the record are the "
        "product's own, unchanged: only the waiting times on the rungs are set to zero, and every request is "
        "compared.</p>",
    ]
    path.write_text(document("Understudy: the demo's report", body), encoding="utf-8")


def _plots(run: Run) -> list[str]:
    kinds = sorted({one["kind"] for sight in run.sights for one in sight.slices})
    events = [(float(run.fault_at), "fault injected")] if run.fault_at is not None else []
    first = {kind: _hypothesis(run, kind) for kind in kinds}
    evidences = [Line(kind, _series(run, kind, "e", only=first[kind])) for kind in kinds]
    shares = [Line(kind, _series(run, kind, "share")) for kind in kinds]
    money = [
        Line("all rented", [(s.asked, (s.spent_nano + s.saved_nano) / NANO) for s in run.sights]),
        Line("as served", [(s.asked, s.spent_nano / NANO) for s in run.sights]),
        Line("comparing", [(s.asked, s.shadow_nano / NANO) for s in run.sights]),
    ]
    top = max(y for line in money for _, y in line.points) or 1.0
    return [
        "<h2>Evidence per slice against its rungs</h2>",
        "<p class=dim>e is the evidence that own is at most 5 points worse. A rung opens when e reaches its dashed "
        "line; a model that is truly worse ever reaches the line at 20 with probability at most 1 in 20.</p>",
        Chart("evidence", "requests played", "e (log)", evidences, (E_LOW, E_HIGH), True, RUNGS, events).svg(),
        "<h2>Share moved to the own model</h2>",
        f"<p class=dim>{html.escape(run.fault_words)}</p>",
        Chart("share", "requests played", "own share", shares, (0.0, 1.0), events=events).svg(),
        "<h2>Money</h2>",
        "<p class=dim>What callers' answers cost, beside what they would have cost all rented (by the own model's "
        "token counts), and what comparing cost. In production a few per cent of requests are compared, not all.</p>",
        Chart("money", "requests played", "dollars", money, (0.0, top * 1.05), events=events).svg(),
    ]


def _hypothesis(run: Run, kind: str) -> str:
    return next(str(one["hypothesis"]) for sight in run.sights for one in sight.slices if one["kind"] == kind)


def _series(run: Run, kind: str, key: str, only: str | None = None) -> list[tuple[float, float]]:
    return [
        (float(sight.asked), float(one[key]))
        for sight in run.sights
        for one in sight.slices
        if one["kind"] == kind and (only is None or one["hypothesis"] == only)
    ]


def _truth(run: Run) -> list[str]:
    titles = {kind.id: kind.title for kind in KINDS}
    standing = {one["kind"]: one for one in run.sights[-1].slices}
    rows = []
    for verdict in run.verdicts:
        one = standing.get(verdict.kind)
        state = (
            "–" if one is None else f"{one['status']}, {one['pairs'] + one['watched']} pairs, e {evidence(one['e'])}"
        )
        mark = {True: '<span class="good">right</span>', False: '<span class="bad">WRONG</span>', None: "open"}
        rows.append(
            f"<tr><td>{html.escape(titles[verdict.kind])}<br><span class=dim>{verdict.kind}</span></td>"
            f"<td class=n>{rate(verdict.own)}</td><td class=n>{rate(verdict.rented)}</td>"
            f"<td class=n>{verdict.difference * 100:+.1f}</td><td class=n>{verdict.reached:.0%}</td>"
            f"<td class=n>{verdict.share:.0%}</td><td>{html.escape(state)}</td>"
            f"<td>{mark[verdict.right]}<br><span class=dim>{html.escape(verdict.words)}</span></td></tr>"
        )
    return [
        "<h2>Was it right?</h2>",
        "<p class=dim>The own model was measured again, alone, on fresh prompts; the margin is "
        f"{run.margin * 100:.0f} points.</p>",
        "<table><thead><tr><th>kind of query</th><th class=n>own</th><th class=n>rented</th><th class=n>points</th>"
        "<th class=n>share reached</th><th class=n>share now</th><th>state</th><th>by the truth</th></tr></thead>",
        "<tbody>",
        *rows,
        "</tbody></table>",
    ]
