"""The table that moves while the demo runs."""

from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from understudy.demo.watching import Sight

STYLES = {
    "shadowing": "yellow",
    "canary": "cyan",
    "watching": "bold green",
    "stopped": "red",
    "rolled back": "bold red",
    "alarmed": "bold red",
}
NANO = 1e9
# From this on an e-value is told by its power of ten.
TOO_LONG = 10_000
# A terminal of this width has room for whole sentences.
WIDE = 130


def slices(sight: Sight | None, *, wide: bool = False) -> Table:
    """Every slice, where it stands and what keeps it there."""
    table = Table(expand=True, pad_edge=False, box=None, header_style="bold dim")
    for name in ("slice", "pairs", "own", "rented", "e", "share", "saved", "state"):
        table.add_column(name, justify="left" if name in ("slice", "state") else "right", no_wrap=True)
    table.add_column("what blocks it" if wide else "waits for", no_wrap=True, overflow="ellipsis", ratio=1)
    for one in sight.slices if sight else []:
        table.add_row(
            one["kind"],
            f"{one['pairs'] + one['watched']}",
            rate(one["candidate_mean"]),
            rate(one["incumbent_mean"]),
            evidence(one["e"]),
            f"{one['share']:.0%}",
            f"${one['saved_nano'] / NANO:.3f}",
            Text(one["status"], style=STYLES.get(one["status"], "")),
            Text(_blocked(one, wide=wide), style="dim"),
        )
    return table


def _blocked(one: dict[str, Any], *, wide: bool) -> str:
    if one["blocked"] is None:
        return "nothing: it serves all of it" if wide else "nothing"
    if wide:
        return str(one["blocked"])
    if one["block"] == "evidence":
        return f"e<{one['next_needs_e']:g}"
    return str(one["block"])


def screen(sight: Sight | None, progress: Progress, notes: list[str], *, width: int) -> Group:
    """The whole screen: table, money, notes, progress."""
    money = ""
    if sight is not None:
        money = (
            f"callers' answers cost ${sight.spent_nano / NANO:.4f}; all rented they would have cost "
            f"${(sight.spent_nano + sight.saved_nano) / NANO:.4f}; comparing cost ${sight.shadow_nano / NANO:.4f}"
        )
    title = "own against rented, slice by slice"
    parts: list[Any] = [
        Panel(slices(sight, wide=width >= WIDE), title=title, border_style="dim"),
        Text(money, style="dim"),
    ]
    parts += [Text(note) for note in notes]
    return Group(*parts, progress)


def rate(mean: float | None) -> str:
    """A mean outcome as a percentage, one decimal below 100 %."""
    return "–" if mean is None else f"{mean * 100:.3g}%"


def evidence(e: float) -> str:
    """An e-value, short."""
    if e >= TOO_LONG:
        return f"{e:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{e:.0f}" if e >= 10 else f"{e:.2g}"
