"""`understudy doctor`: is everything there that the configuration needs?"""

import asyncio
import contextlib
import difflib

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from understudy.app import PluginMissing, load_panels, prepared, vectors_of
from understudy.canon.faults import Fault
from understudy.canon.money import Price
from understudy.cli.screen import EXIT_FAILED, ConfigOption, load_or_leave, out
from understudy.declared import models_of, undeclared, warned
from understudy.engines.vectors import VectorsRefused
from understudy.jobs.sanity import WINDOW, sanity
from understudy.ports import CheckRefused, Judge, Store, Upstream
from understudy.providers.discovery import Found, discover, listed
from understudy.providers.headers import call_headers
from understudy.providers.probing import Answers, BuildsDiffer, probe
from understudy.providers.transports import transport_of
from understudy.routing.board import Model
from understudy.settings import Settings
from understudy.storage.open import DatabaseRefused, database_state, open_store

PROBE_TIMEOUT_S = 5.0
HTTP_OK = 200
# How many names of a place's models are shown where none is like the one that is looked for.
MODELS_SHOWN = 3
NOTHING = (
    "none is declared, and none can be reached from here: set OPENAI_API_KEY or ANTHROPIC_API_KEY, start an own model, "
    "or declare some in understudy.yaml"
)
# None is no error, and yet to be looked at.
Finding = tuple[bool | None, str, str]
MARKS = {True: "[green]ok[/]", False: "[red]NO[/]", None: "[yellow]hm[/]"}


def doctor(config: ConfigOption = None) -> None:
    """Check configuration, database and models; exit status 1 if something is wrong."""
    settings = load_or_leave(config)
    findings: list[Finding] = [(True, "configuration", f"{len(settings.file.models)} models, no problem found")]
    findings += [(None, "configuration", warning) for warning in warned(settings)]
    findings.append(_database(settings))
    findings.append(_checks(settings))
    findings += _judges(settings)
    findings.append(_vectors(settings))
    findings += asyncio.run(_models(settings) if settings.file.models else _reachable(settings))
    findings += asyncio.run(_builds(settings))
    table = Table("", "what", "finding", box=None)
    for good, what, finding in findings:
        table.add_row(MARKS[good], what, escape(finding))
    out.print(table)
    raise typer.Exit(0 if all(good is not False for good, _, _ in findings) else EXIT_FAILED)


def _database(settings: Settings) -> Finding:
    try:
        return True, "database", database_state(settings.database)
    except DatabaseRefused as error:
        return False, "database", str(error)


def _checks(settings: Settings) -> Finding:
    try:
        panels = prepared(load_panels(settings, models_of(settings)))
    except (PluginMissing, CheckRefused) as error:
        return False, "checks", str(error)
    names = sorted({" ".join(panel.named) for panel in panels.values()})
    return True, "checks", ", ".join(names) or "none needed"


def _judges(settings: Settings) -> list[Finding]:
    """Whether each judge rejects what says nothing, as far as the books tell; one that is not tried yet is no error."""
    try:
        panels = load_panels(settings, models_of(settings))
        store = open_store(settings.database, read_only=True)
    except (PluginMissing, CheckRefused, DatabaseRefused):
        # Told above.
        return []
    with contextlib.closing(store):
        return [_judge(store, route, panel.judge) for route, panel in panels.items() if panel.judge is not None]


def _judge(store: Store, route: str, judge: Judge) -> Finding:
    found = sanity(judge.name, judge.version, store.probes(route, WINDOW))
    return found.believed if found.known else None, f"judge of {route}", found.words


def _vectors(settings: Settings) -> Finding:
    try:
        found = vectors_of(settings)
    except VectorsRefused as error:
        return False, "word vectors", str(error)
    count, width = found.table.shape if found is not None else (0, 0)
    return True, "word vectors", f"{count:,} of {width} numbers ({found.id})" if found is not None else "none needed"


async def _reachable(settings: Settings) -> list[Finding]:
    """Where no model is declared: what `understudy serve` would declare, as far as it can be reached from here."""
    async with transport_of(settings.file.server.transport, settings.secrets) as upstream:
        found = await discover(settings.rows, settings.secrets, upstream)
    return [_offer(entry) for entry in found] or [(False, "models", NOTHING)]


def _offer(entry: Found) -> Finding:
    if entry.trouble is not None:
        return None, entry.provider, f"its models could not be listed ({entry.trouble})"
    return True, entry.provider, f"{len(entry.models)} models, which `understudy serve` declares by itself"


async def _models(settings: Settings) -> list[Finding]:
    async with transport_of(settings.file.server.transport, settings.secrets) as upstream:
        models = models_of(settings).values()
        return list(await asyncio.gather(*(_model(model, upstream, settings) for model in models)))


async def _model(model: Model, upstream: Upstream, settings: Settings) -> Finding:
    endpoint = model.endpoints[0]
    headers = call_headers(model, endpoint, settings.secrets)
    what = f"model {model.name}"
    try:
        status, body = await upstream.get(endpoint.url + "/models", headers, PROBE_TIMEOUT_S)
    except (Fault, TimeoutError) as error:
        return False, what, str(error) or "no answer in time"
    if status in (401, 403):
        return False, what, f"{endpoint.url} refused the key ({status}); check {endpoint.key or 'api_key'}"
    absent = _absent(model.upstream, body) if status == HTTP_OK else ""
    return None if absent else True, what, f"{endpoint.url} answers ({status}){absent}{_priced(model.price)}"


def _absent(upstream: str, body: bytes) -> str:
    """That a place lists models and this one is not among them, under this name or a longer one; empty if it is."""
    try:
        names = listed(body)
    except msgspec.DecodeError:
        return ""
    if not names or any(name.startswith(upstream) for name in names):
        return ""
    shown = difflib.get_close_matches(upstream, names, n=1) or names[:MODELS_SHOWN]
    return f" and does not list {upstream!r}; it lists {', '.join(shown)}{', …' if len(names) > len(shown) else ''}"


def _priced(price: Price) -> str:
    """What of a model's cost will not be known."""
    if price.out is None:
        return "; its price is unknown, so its cost will be too"
    if price.cache_read is None:
        return "; cached tokens have no price (cache_read_usd): the cost of answers that report some is unknown"
    return ""


async def _builds(settings: Settings) -> list[Finding]:
    """What the servers of own models say they run, where a route compares them and no build is declared."""
    async with transport_of(settings.file.server.transport, settings.secrets) as upstream:
        return [_build(answers) for answers in await probe(undeclared(settings), settings.secrets, upstream)]


def _build(answers: Answers) -> Finding:
    what = f"build of {answers.model}"
    try:
        return True, what, answers.words
    except BuildsDiffer as differ:
        return False, what, str(differ)
