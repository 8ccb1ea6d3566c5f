"""The look of our reports: one style sheet and the few pieces of HTML that all of them use.

Every word that came from somewhere else goes through `text`. No scripts, no links to elsewhere.
"""

import html
import time
from collections.abc import Iterable, Sequence

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --dim: #5b6575; --line: #d6dbe3; --paper: #fff; --good: #1c7c3c; --bad: #b3261e; --soft: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #9aa4b2; --line: #343b47; --paper: #14181f; --good: #5fcf85; --bad: #ff8a80; --soft: #1b2028; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .2rem; } p { margin: .3rem 0; } .dim { color: var(--dim); }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--dim); }
.axis { stroke: var(--dim); fill: none; } .grid { stroke: var(--line); fill: none; } .mark { stroke: var(--dim); fill: none; stroke-dasharray: 5 4; }
.dot { fill: var(--paper); stroke: var(--ink); stroke-width: 2; } .dot + text, .mark + text, .event + text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.event { stroke: var(--bad); fill: none; stroke-dasharray: 2 3; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .good { color: var(--good); } .bad { color: var(--bad); }
.sum { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; } .sum div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; } .sum b { display: block; font-size: 1.3rem; }
.flip { border: 1px solid var(--line); border-radius: .5rem; margin: .8rem 0; padding: .6rem .9rem; } .two { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.45 ui-monospace, monospace; background: var(--soft); border-radius: .3rem; padding: .5rem .6rem; margin: .2rem 0; max-height: 22rem; overflow: auto; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; margin: .8rem 0; } a { color: inherit; } :focus-visible { outline: 2px solid #2f6fed; outline-offset: 2px; }
tbody th { font-weight: 600; } tr.kind th { padding-top: 1.1rem; font-weight: 400; white-space: normal; } tr.kind b { font-size: 1rem; } tr.serves th { box-shadow: inset 3px 0 var(--good); padding-left: .6rem; } tbody th .dim { display: block; font-weight: 400; font-size: .8rem; max-width: 14rem; } tr.kind .dim { display: inline; }
svg.interval { width: 180px; height: 22px; display: block; } .told { font-size: .8rem; color: var(--dim); white-space: nowrap; font-variant-numeric: tabular-nums; } .interval .rule { stroke: var(--line); stroke-width: 1; } .interval .span { stroke: var(--dim); stroke-width: 3; } .interval .mean { fill: var(--ink); } .interval .base { stroke: var(--dim); stroke-dasharray: 2 2; } .serves .interval .span { stroke: var(--good); } .serves .interval .mean { fill: var(--good); }
@media (max-width: 640px) { .two { grid-template-columns: 1fr; } .scroll > svg:not(.interval) { min-width: 620px; font-size: 15px; } svg.interval { width: 130px; } table.kinds tbody th { min-width: 9.5rem; } td:last-child:not(.n) { min-width: 13rem; } tr.kind th { white-space: normal; } .sum div { flex: 1 1 40%; padding: .5rem .7rem; } }
@media print { .scroll { overflow: visible; } pre { max-height: none; } }
"""  # noqa: E501


def document(title: str, body: Iterable[str]) -> str:
    """A whole page, self-contained."""
    return "\n".join(
        [
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{text(title)}</title>",
            f'<meta name=viewport content="width=device-width"><style>{STYLE}</style></head><body>',
            "<main>",
            *body,
            "</main></body></html>",
        ]
    )


def text(words: str) -> str:
    """Words from elsewhere, made harmless."""
    return html.escape(words)


def box(figure: str, words: str) -> str:
    """One figure large, with what it is below."""
    return f"<div><b>{text(figure)}</b><span class=dim>{text(words)}</span></div>"


def dim(words: str) -> str:
    """A paragraph of explanation."""
    return f"<p class=dim>{text(words)}</p>"


def day(at_s: float) -> str:
    """A moment as people read it, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(at_s))


def sideways(*parts: str) -> str:
    """What may be wider than the screen: moved by touch, wheel or, once it has the focus, by the arrow keys."""
    words = "moves sideways where it is too wide"
    return "\n".join([f'<div class=scroll tabindex=0 role=group aria-label="{words}">', *parts, "</div>"])


def drawn(svg: str) -> str:
    """A plot, which on a narrow screen moves sideways rather than become too small to read."""
    return sideways(svg)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table of words; the columns in `numbers` are set to the right. Without heads each row begins with its name."""

    def line(first: str, rest: str, values: Sequence[str]) -> str:
        cells = []
        for place, value in enumerate(values):
            tag, kind = rest if place else first, " class=n" if place in numbers else ""
            cells.append(f"<{tag}{kind}>{text(value)}</{tag.split()[0]}>")
        return f"<tr>{''.join(cells)}</tr>"

    headed = any(heads)
    head = f"<thead>{line('th scope=col', 'th scope=col', heads)}</thead>" if headed else ""
    lines = [line("td" if headed else "th scope=row", "td", row) for row in rows]
    return sideways(f"<table>{head}<tbody>", *lines, "</tbody></table>")
