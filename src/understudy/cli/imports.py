"""`understudy parity import`: begin with what has been measured already."""

import getpass
import hashlib
import time
import zipfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from understudy.app import new_id
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, give_up, load_or_leave, out
from understudy.cli.steer import LOOK_S, WAIT_S, tell
from understudy.declared import models_of
from understudy.jobs.imported import imported_views
from understudy.jobs.importing.inspect_ai import read_inspect
from understudy.jobs.importing.lm_eval import read_lm_eval
from understudy.jobs.importing.plain import read_plain
from understudy.jobs.importing.samples import Samples, Unreadable, pair_up
from understudy.parity.slices import Hypothesis, SliceId
from understudy.ports import Imported, Measured
from understudy.settings import Settings

# Pairs of one record of the spool: a few hundred kilobytes.
AT_ONCE = 2_000


def run(
    route: Annotated[str, typer.Option(help="The route whose candidate and incumbent were measured.")],
    pairs: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="JSON Lines or Parquet: id, candidate, incumbent.")
    ] = None,
    candidate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The candidate's log: Inspect AI or lm-eval.")
    ] = None,
    incumbent: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The incumbent's log of the same evaluation.")
    ] = None,
    kind: Annotated[str, typer.Option(help="The kind of query that was asked.")] = "imported",
    metric: Annotated[str | None, typer.Option(help="The score to take, where a log has several.")] = None,
    config: ConfigOption = None,
) -> None:
    """Import pairs measured elsewhere, as evidence of their own: it is shown beside the live one and opens no rung.

    Either --pairs, or --candidate and --incumbent: two logs of one evaluation, joined by question.
    """
    settings = load_or_leave(config)
    try:
        found, what = _read(pairs, candidate, incumbent, metric)
    except (Unreadable, OSError) as error:
        give_up(str(error))
    hypothesis = _hypothesis(settings, route, kind, what)
    store = open_books_or_leave(settings)
    body = msgspec.json.encode(hypothesis)
    for start in range(0, len(found), AT_ONCE):
        some = tuple(found[start : start + AT_ONCE])
        tell(settings, Imported(id=new_id(), at_s=time.time(), hypothesis=hypothesis.id, body=body, pairs=some))
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        view = next((one for one in imported_views(store) if one.hypothesis == hypothesis.id), None)
        if view is not None and view.pairs >= len(found):
            low, high = f"{view.low * 100:+.1f}", f"{view.high * 100:+.1f}"
            mean = f"{(view.difference or 0) * 100:+.1f}"
            out.print(f"{view.pairs:,} pairs of {what} for {view.slice}: own − rented = {mean} pt [{low}, {high}]")
            out.print(f"e = {view.e:.3g}: live pairs like these would open {view.would_open}; these move no traffic")
            return
        time.sleep(LOOK_S)
    out.print(f"{len(found):,} pairs wait in the spool: no server answers for this database; its start books them")


def _read(
    pairs: Path | None, candidate: Path | None, incumbent: Path | None, metric: str | None
) -> tuple[list[Measured], str]:
    if pairs is not None and candidate is None and incumbent is None:
        return list(read_plain(pairs)), _digest(pairs)
    if pairs is not None or candidate is None or incumbent is None:
        raise Unreadable("give either --pairs, or both --candidate and --incumbent")
    both = pair_up(_log(candidate, metric), _log(incumbent, metric))
    for name, left in (("candidate", both.only_candidate), ("incumbent", both.only_incumbent)):
        if left:
            out.print(f"{left:,} questions stand in the {name}'s log only; they are left out")
    return list(both.pairs), f"{_digest(candidate)}+{_digest(incumbent)}"


def _log(path: Path, metric: str | None) -> Samples:
    """A log of either kind, known by what is in it."""
    with path.open("rb") as file:
        first = file.readline(1_000_000)
    if zipfile.is_zipfile(path) or b'"doc_id"' not in first:
        return read_inspect(path, metric)
    return read_lm_eval(path, metric)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"{path.name}@{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"


def _hypothesis(settings: Settings, route: str, kind: str, what: str) -> Hypothesis:
    spec = next((one for one in settings.file.routes if one.name == route and one.candidate is not None), None)
    if spec is None:
        known = ", ".join(one.name for one in settings.file.routes if one.candidate is not None) or "none"
        give_up(f"there is no route {route!r} with a candidate; known: {known}")
    models = models_of(settings)
    try:
        slice_ = SliceId(route, kind)
    except ValueError as error:
        give_up(str(error))
    return Hypothesis(
        slice=slice_,
        candidate=models[str(spec.candidate)].build,
        incumbent=models[spec.incumbent].build,
        check=f"import by {getpass.getuser()}",
        check_version=what,
        margin=spec.parity.margin,
    )
