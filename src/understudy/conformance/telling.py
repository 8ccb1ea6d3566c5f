"""What a run found, as people read it: a table for each group of scenarios, clients by upstreams."""

from collections.abc import Iterator

from understudy.conformance.run import NOT_SERVED, Cell
from understudy.conformance.scenarios import BY_NAME, GROUPS, Group

Rows = list[list[str]]


def tables(cells: list[Cell]) -> Iterator[tuple[Group, Rows]]:
    """Each group with its table: how many cells agree of how many, and the scenarios that do not."""
    for group in GROUPS:
        mine = [cell for cell in cells if BY_NAME[cell.scenario].group == group]
        if mine:
            yield group, _rows(mine)


def _rows(cells: list[Cell]) -> Rows:
    upstreams = list(dict.fromkeys(cell.upstream for cell in cells))
    rows = [["client, upstream", *upstreams]]
    for client in dict.fromkeys(cell.client for cell in cells):
        theirs = [cell for cell in cells if cell.client == client]
        rows.append([client, *(_square([cell for cell in theirs if cell.upstream == one]) for one in upstreams)])
    return rows


def _square(cells: list[Cell]) -> str:
    if not all(cell.served for cell in cells):
        return NOT_SERVED
    bad = list(dict.fromkeys(cell.scenario for cell in cells if cell.wrong))
    agree = sum(not cell.wrong for cell in cells)
    return f"{agree}/{len(cells)}" + (f" ({', '.join(bad)})" if bad else "")


def markdown(cells: list[Cell]) -> Iterator[str]:
    """The same tables as Markdown has them."""
    for group, (head, *rows) in tables(cells):
        yield f"| {group}: {' | '.join(head)} |"
        yield "| " + " | ".join("---" for _ in head) + " |"
        for row in rows:
            yield f"| {' | '.join(row)} |"
        yield ""


def shortfalls(cells: list[Cell]) -> Iterator[str]:
    """Each cell that differs, in a line of its own; then the dialects that are not served."""
    for cell in cells:
        if cell.wrong and cell.served:
            way = "streamed" if cell.streamed else "whole"
            yield f"{cell.client} <- {cell.upstream}, {cell.scenario}, {way}: {cell.wrong}"
    for client in dict.fromkeys(cell.client for cell in cells if not cell.served):
        yield f"{client}: {NOT_SERVED}"


def summary(cells: list[Cell]) -> str:
    """How many cells agree of those that are served."""
    served = [cell for cell in cells if cell.served]
    apart = len(cells) - len(served)
    told = f"{sum(not cell.wrong for cell in served)} of {len(served)} cells agree"
    return told + (f"; {apart} more are in dialects that are not served" if apart else "")
