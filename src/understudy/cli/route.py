"""`understudy route`: which model a request would get, and why."""

import json as json_module
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from understudy.app import SystemClock, load_dialects, load_panels, pools_of, unfolded, vectors_of
from understudy.canon.faults import Fault
from understudy.canon.request import Request
from understudy.cli import report
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, give_up, load_or_leave, out, write_json
from understudy.declared import board_of, keyring_of, models_of
from understudy.engines.vectors import VectorsRefused
from understudy.gateway.rights import rights_of
from understudy.gateway.site import Standing
from understudy.jobs.board import base_board, with_books
from understudy.jobs.explaining import account
from understudy.jobs.learning import belief_of
from understudy.jobs.nearest import Asked, Neighbour, nearest
from understudy.jobs.pools import PoolView, pool_views
from understudy.policy.budgets import day_of, spent_of
from understudy.policy.keys import ANYONE, Caller, caller_of
from understudy.ports import Exchange, Store
from understudy.routing.beliefs import Record
from understudy.routing.choose import Features, Plan, choose
from understudy.routing.explain import explained
from understudy.routing.kinds import Kind, asked_words, kind_of
from understudy.routing.naming import names_in
from understudy.settings import Settings
from understudy.stats.vectors import Vectors

app = typer.Typer(help="Which model a request would get, and why.", no_args_is_help=True)
DIALECT = "openai_chat"
AS_SENT = "write one as JSON, as it is sent to /v1/chat/completions"
# Said of every decision that is made here and now.
AS_IF = "decided as if every model were well: which of them rest after failures only the workers know (/readyz)"
NEAR = "nearest past prompts of the tenant on this route, and what came of them:"
NO_PAST = "no past prompt is near: none of the tenant's on this route is kept, or the vectors know no word of this one"
NO_WORDS = "its words are not kept: no past prompts are compared with them"
# An explanation neither explores nor compares, and falls on no side of a tie.
NO_DRAW, NO_SIDE = 1.0, 0.5


@app.callback()
def callback() -> None:
    """Which model a request would get, and why."""


@app.command()
def explain(
    what: Annotated[
        str, typer.Argument(help="A prompt, the id of an exchange, @FILE with a request as JSON, or - to read one.")
    ],
    route: Annotated[str | None, typer.Option(help="The route that is asked; a request says it itself.")] = None,
    kind: Annotated[str | None, typer.Option(help="The kind that the caller declares.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose beliefs count.")] = "default",
    key: Annotated[str | None, typer.Option(help="The name of the key that asks: its rights, tenant, budget.")] = None,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Say which model would answer a request and every reason for it, or why one did that is in the journal.

    Nothing is asked and nothing is written: the same function decides as on the request path, over the same beliefs and
    the same money, as if every model were well and nothing else ran: which models rest after failures, and what running
    requests hold of a budget, only the workers know (`/readyz`, `/metrics`).

    With word vectors it also shows the three nearest of the tenant's past prompts on the route, as far as their words
    are kept, and what came of them.
    """
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    if what.startswith("ex_"):
        _told(settings, store, what, json)
        return
    request = _request(what, route, settings)
    try:
        caller = _caller(settings, key, tenant)
        found = kind_of(request, kind or caller.kind, policies=settings.file.policies)
        vectors = vectors_of(settings)
        plan = _planned(settings, store, request, found, caller, vectors)
    except Fault as fault:
        give_up(fault.message)
    except VectorsRefused as error:
        give_up(str(error))
    _print(plan, found, request)
    near = _near(settings, store, vectors, Asked(asked_words(request), caller.tenant, plan.route or ""))
    shown = {"route": plan.route, "kind": found.id, "kind_source": found.source, "model": plan.chain[0].name}
    write_json(json, shown | {"reason": plan.reason, "decision": plan.decision} | near)


@app.command()
def status(config: ConfigOption = None, json: JsonOption = None) -> None:
    """List what every route with a pool has learned: each model's record by kind, the dial, and what serves."""
    settings = load_or_leave(config)
    board = base_board(models_of(settings), settings.file.routes, {})
    found = pool_views(open_books_or_leave(settings), board.routes, SystemClock().now_s())
    write_json(json, {"pools": found})
    if not found:
        out.print("Nothing yet: a route needs models to 'choose_from', a check or a judge, and traffic.")
    for view in found:
        _show(view)


app.command("report")(report.pools)


def _show(view: PoolView) -> None:
    whose = f"({view.tenant}; incumbent {view.incumbent})"
    out.print(f"[bold]{view.route}[/] {whose}: {escape(view.words)}", soft_wrap=True)
    for words in (view.judge, view.left_out):
        if words:
            out.print(words, markup=False, soft_wrap=True)
    if view.dial is not None:
        out.print(f"dial: {view.dial.words}", markup=False, soft_wrap=True)
    if view.serves and view.forecast is not None:
        models = ", ".join(view.forecast.models)
        told = (
            f"forecast: {view.forecast.share:.1%} of calls to {models}, as of {view.forecast.n:,.0f} prompts in effect"
        )
        out.print(told, markup=False, soft_wrap=True)
    # Narrow enough for a screen of 80: there only names are folded, and in no pipe.
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("kind", "lessons", "compared", "model", "quality", "95 %", "n", "$", "ms"):
        named = name in ("kind", "model")
        table.add_column(name, justify="left" if named else "right", no_wrap=not named, overflow="fold")
    for kind in sorted(view.lessons.keys() | view.records.keys()):
        spoken = f"{kind} *" if kind in view.speaks else kind
        rows: Mapping[str, Record | None] = view.records.get(kind) or {"": None}
        compared = f"{view.compared.get(kind, view.compared_new):.1%}"
        lessons = f"{view.lessons.get(kind, 0):,}"
        for name, record in rows.items():
            table.add_row(spoken, lessons, compared, *_record(name, record))
            spoken = lessons = compared = ""
    out.print(table)
    if view.unasked:
        asked = ", ".join(sorted(view.lessons)) or "none"
        words = f"priors name kinds of which nothing was asked: {', '.join(view.unasked)}; asked were: {asked}"
        out.print(words, markup=False, soft_wrap=True)
    if view.speaks:
        over = f", where the word vectors {view.vectors} are loaded" if view.vectors else ""
        out.print(f"* the text of a prompt speaks here too{over}", soft_wrap=True)


def _record(name: str, record: Record | None) -> list[str]:
    if record is None:
        return [name or "not learned yet", "", "", "", "", ""]
    cost = "" if record.cost_usd is None else f"{record.cost_usd:.6f}"
    latency = "" if record.latency_ms is None else f"{record.latency_ms:,.0f}"
    return [name, f"{record.mean:.3f}", f"{record.low:.3f}–{record.high:.3f}", f"{record.n:,.0f}", cost, latency]


def _told(settings: Settings, store: Store, exchange_id: str, json: Path | None) -> None:
    exchange = store.exchange(exchange_id)
    if exchange is None:
        give_up(f"the journal has no exchange {exchange_id!r}", "its id is the header x-understudy-request-id")
    answered = exchange.model or "nobody"
    out.print(f"{exchange.route or 'no route'} / {exchange.kind or 'no kind'}: {answered}", markup=False)
    for line in account(exchange, _names(store, exchange)):
        out.print(line, markup=False, soft_wrap=True)
    write_json(json, msgspec.to_builtins(exchange) | _near_exchange(settings, store, exchange))


def _near_exchange(settings: Settings, store: Store, exchange: Exchange) -> dict[str, list[Neighbour]]:
    """The prompts nearest to that of an exchange, which is known only as long as its words are kept."""
    try:
        vectors = vectors_of(settings)
    except VectorsRefused as error:
        out.print(f"the nearest past prompts are not known: {error}", markup=False, soft_wrap=True)
        return {}
    if vectors is None or exchange.route not in pools_of(settings):
        return {}
    lesson = store.lesson(exchange.id, SystemClock().now_s())
    if lesson is None:
        out.print(NO_WORDS)
        return {"nearest": []}
    return _near(settings, store, vectors, Asked(lesson.words, lesson.tenant, lesson.route, exchange.id))


def _near(settings: Settings, store: Store, vectors: Vectors | None, asked: Asked) -> dict[str, list[Neighbour]]:
    """Print the nearest past prompts, and say them again for JSON; nothing without vectors or a pool."""
    pool = pools_of(settings).get(asked.route)
    if vectors is None or pool is None:
        return {}
    found = nearest(store, vectors, asked, pool.scale, SystemClock().now_s())
    out.print(NEAR if found else NO_PAST, soft_wrap=True)
    for one in found:
        out.print(f"  {one.words}", markup=False, soft_wrap=True)
    return {"nearest": found}


def _names(store: Store, exchange: Exchange) -> dict[str, str]:
    rows = [row for row in store.beliefs() if (row.tenant, row.route) == (exchange.tenant, exchange.route)]
    learned = belief_of(rows[0]) if rows else None
    return learned.belief.names if learned is not None else {}


def _request(what: str, route: str | None, settings: Settings) -> Request:
    if what == "-" or what.startswith("@"):
        try:
            raw = sys.stdin.buffer.read() if what == "-" else Path(what[1:]).read_bytes()
            body = json_module.loads(raw)
        except OSError as error:
            give_up(f"{what[1:]!r} cannot be read: {error.strerror}", AS_SENT)
        except (ValueError, RecursionError) as error:
            give_up(f"{what!r} is no request: {error}", AS_SENT)
        if not isinstance(body, dict):
            give_up(f"{what!r} is no request: it is JSON and no object", AS_SENT)
    else:
        body = {"messages": [{"role": "user", "content": what}]}
    if route is not None or "model" not in body:
        body["model"] = route or _only_route(settings)
    try:
        return load_dialects()[DIALECT].decode_request(json_module.dumps(body).encode())
    except Fault as fault:
        give_up(f"{what!r} is no request: {fault.message}")


def _only_route(settings: Settings) -> str:
    names = [one.name for one in settings.file.routes if one.choose_from] or [one.name for one in settings.file.routes]
    if len(names) != 1:
        give_up("which route is asked?", f"--route one of: {', '.join(names) or 'none is declared'}")
    return names[0]


def _caller(settings: Settings, key: str | None, tenant: str) -> Caller:
    if key is None:
        return msgspec.structs.replace(ANYONE, tenant=tenant)
    found = next((one for one in settings.file.keys if one.name == key), None)
    if found is None:
        names = ", ".join(one.name for one in settings.file.keys)
        give_up(f"there is no key {key!r}", f"keys: {names or 'none is declared'}")
    return caller_of(found)


def _planned(
    settings: Settings, store: Store, request: Request, kind: Kind, caller: Caller, vectors: Vectors | None
) -> Plan:
    models = models_of(settings)
    base = board_of(settings, models, load_panels(settings, models), vectors)
    beliefs = unfolded(store.beliefs(), {})
    board = with_books(base, store.slices(), beliefs, store.board_version(), store.strata(), store.paces())
    route = board.routes.get(request.model)
    now_s = SystemClock().now_s()
    spent = spent_of(day_of(now_s), store.spent(day_of(now_s)))
    standing = Standing(board=board, keyring=keyring_of(settings), spent=spent)
    rights = rights_of(caller, route, standing, now_s, request=request)
    features = Features(
        asked=request.model,
        kind=route.pool.get(kind.id, kind.id) if route is not None else kind.id,
        tenant=caller.tenant,
        words=asked_words(request),
        needs=rights.needs,
        moment=rights.moment,
    )
    plan = choose(features, board, draw=NO_SIDE, shadow_draw=NO_DRAW)
    rights.check(plan.chain[0])
    return plan


def _print(plan: Plan, kind: Kind, request: Request) -> None:
    out.print(f"{plan.route or 'no route'} / {kind.id} ({kind.words})", markup=False)
    lines = [f"{plan.chain[0].name} answers: {plan.reason}"]
    if plan.decision is not None:
        lines = [*explained(plan.decision, names_in(asked_words(request)))]
    for line in (*lines, AS_IF):
        out.print(line, markup=False, soft_wrap=True)
