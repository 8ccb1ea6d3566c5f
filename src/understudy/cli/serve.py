"""`understudy serve`: the gateway, in the foreground."""

import asyncio
import time
from contextlib import closing
from typing import Annotated

import typer

from understudy.app import PluginMissing, load_panels, prepared, server_secret, vectors_of
from understudy.cli.screen import EXIT_FAILED, ConfigOption, err, give_up, load_or_leave, out
from understudy.declared import declare, described, models_of, undeclared, warned, with_builds
from understudy.engines.vectors import VectorsRefused
from understudy.jobs.registrar import last_builds
from understudy.ports import CheckRefused, Store
from understudy.processes import listen, supervise
from understudy.providers.discovery import Found, declared, discover
from understudy.providers.probing import Answers, BuildsDiffer, probe, was_told
from understudy.providers.transports import transport_of
from understudy.settings import Settings
from understudy.storage.open import DatabaseRefused, open_store
from understudy.storage.vault import Locked
from understudy.web.server import LOOPBACK

NOTHING = """No model can be reached from here. Set one of these and start again:
  OPENAI_API_KEY=…       for models at OpenAI
  ANTHROPIC_API_KEY=…    for models at Anthropic
or start an own model on its usual port of this machine:
  llama.cpp  127.0.0.1:8080     vLLM  127.0.0.1:8000     Ollama  127.0.0.1:11434
or declare models in understudy.yaml and pass it with --config."""
LOST = "If that secret is lost, `understudy serve --forget-sealed` deletes what it sealed, of every tenant."
# How many model names of one provider the start-up list shows.
MODELS_SHOWN = 6


def serve(
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on, over the configuration's.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on, over the configuration's.")] = None,
    forget_sealed: Annotated[
        bool,
        typer.Option(
            "--forget-sealed",
            help="First delete all words that are kept, and what was learned from them: their secret is lost.",
        ),
    ] = False,
) -> None:
    """Serve the gateway. With no configuration it declares every model it can reach and prints what it found.

    Callers change one line: OpenAI(base_url="http://localhost:4000/v1"), or ANTHROPIC_BASE_URL=http://localhost:4000.
    """
    settings = load_or_leave(config)
    if not settings.file.models:
        settings = _discovered(settings)
    server = settings.file.server
    _start(settings, host or server.host, server.port if port is None else port, forget_sealed=forget_sealed)


def _discovered(settings: Settings) -> Settings:
    async def ask() -> list[Found]:
        async with transport_of(settings.file.server.transport, settings.secrets) as upstream:
            return await discover(settings.rows, settings.secrets, upstream)

    found = asyncio.run(ask())
    if not found:
        give_up("there is nothing to serve", NOTHING)
    for entry in found:
        if entry.trouble is not None:
            err.print(f"{entry.provider}: its models could not be listed ({entry.trouble});", soft_wrap=True)
            err.print(f"  name them as {entry.provider}/MODEL-ID all the same", soft_wrap=True)
            continue
        shown = ", ".join(entry.models[:MODELS_SHOWN]) + (", …" if len(entry.models) > MODELS_SHOWN else "")
        out.print(f"{entry.provider}: {len(entry.models)} models: {shown}", soft_wrap=True, markup=False)
    return declare(settings, declared(found))


def _probed(settings: Settings, store: Store) -> Settings:
    """The settings with the builds of own models that declare none, asked of their servers; one process asks for all.

    A server that tells nothing now is taken for what it was: else a restart while it is down would end its evidence.
    One that never told a build is its id upstream, so that another id is another build.
    Raises BuildsDiffer.
    """

    async def ask() -> list[Answers]:
        async with transport_of(settings.file.server.transport, settings.secrets) as upstream:
            return await probe(asked, settings.secrets, upstream)

    asked = undeclared(settings)
    if not asked:
        return settings
    answers = asyncio.run(ask())
    told = {one.model: one.build for one in answers if one.build is not None}
    last = last_builds(store, settings.file.routes)
    kept = {one.model: last[one.model] for one in answers if one.build is None and was_told(last.get(one.model, ""))}
    for one in answers:
        said = f"; taken for {kept[one.model]!r}, as last time" if one.model in kept else ""
        out.print(f"{one.model}: {one.words}{said}", soft_wrap=True, markup=False)
    return with_builds(settings, kept | told)


def _start(settings: Settings, host: str, port: int, *, forget_sealed: bool) -> None:
    if not settings.file.keys and host not in LOOPBACK:
        give_up(
            f"without keys the server answers anyone, so it listens on loopback only, not on {host!r}",
            "Make a key with `understudy key create NAME` and declare it, or leave server.host at 127.0.0.1.",
        )
    try:
        prepared(load_panels(settings, models_of(settings)))
        vectors_of(settings)
        secret = server_secret(settings)
        with closing(open_store(settings.database, secret=secret)) as store:
            if forget_sealed:
                out.print(f"deleted: {store.forget_sealed(time.time()):,} rows that were sealed")
            store.try_secret()
            settings = _probed(settings, store)
        listening = listen(host, port)
    except (PluginMissing, CheckRefused, VectorsRefused, DatabaseRefused, BuildsDiffer) as error:
        give_up(str(error))
    except Locked as error:
        give_up(
            str(error),
            "If that secret is lost, `understudy serve --forget-sealed` deletes what it sealed, of every tenant.",
        )
    except OSError as error:
        give_up(f"cannot listen on {host}:{port}: {error.strerror}", "Is another server running? Try --port.")
    bound = listening.getsockname()[1]
    for line in described(settings):
        out.print(line, soft_wrap=True, markup=False)
    for warning in warned(settings):
        err.print(f"warning: {warning}", soft_wrap=True, markup=False)

    def ready() -> None:
        out.print(f"listening on http://{host}:{bound}  (OpenAI: /v1, Anthropic, Gemini: no path)", soft_wrap=True)

    raise typer.Exit(EXIT_FAILED if supervise(settings, secret, listening, ready) else 0)
