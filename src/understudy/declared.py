"""Declared: what a configuration says, as values and in words. Nothing is opened, loaded or asked here."""

from collections.abc import Mapping
from typing import Any

import msgspec

from understudy.jobs.board import base_board
from understudy.jobs.cautions import cautions
from understudy.jobs.panel import Panel
from understudy.jobs.pool_cautions import pool_cautions
from understudy.jobs.specs import ParitySpec
from understudy.policy.keys import Keyring
from understudy.providers.catalogue import known_of
from understudy.providers.models import ModelSpec, model_of, reachable
from understudy.routing.board import Board, Model
from understudy.settings import Settings
from understudy.stats.vectors import Vectors


def models_of(settings: Settings) -> dict[str, Model]:
    """The declared models by name."""
    return {spec.name: _model(settings, spec) for spec in settings.file.models}


def _model(settings: Settings, spec: ModelSpec) -> Model:
    found = known_of(settings.known, spec.provider, spec.model)
    return model_of(spec, settings.rows[spec.provider], found.known if found is not None else None)


def asked_besides(settings: Settings, models: Mapping[str, Model]) -> list[Model]:
    """The models that are asked while no caller waits: for comparisons, and as judges."""
    names: list[str] = []
    for route in settings.file.routes:
        if route.candidate is not None or route.choose_from:
            names += route.choose_from or (route.incumbent, str(route.candidate))
            names += [route.parity.judge.model] if route.parity.judge is not None else []
    return [models[name] for name in dict.fromkeys(names)]


def specs_of(settings: Settings) -> dict[str, ParitySpec]:
    """How each route that has a candidate compares it."""
    return {route.name: route.parity for route in settings.file.routes if route.candidate is not None}


def board_of(
    settings: Settings, models: Mapping[str, Model], panels: Mapping[str, Panel], vectors: Vectors | None = None
) -> Board:
    """The board as the configuration alone tells it: no slice has moved."""
    late = {name for name, panel in panels.items() if panel.late}
    providers = reachable(settings.rows, settings.secrets, settings.known)
    return base_board(models, settings.file.routes, providers, late, settings.file.aliases, vectors)


def keyring_of(settings: Settings) -> Keyring:
    """All declared keys by digest."""
    return Keyring({key.digest: key for key in settings.file.keys})


def described(settings: Settings) -> list[str]:
    """The declared models and routes, one line each, for people."""
    lines = []
    for spec in settings.file.models:
        row = settings.rows[spec.provider]
        owned = row.owned if spec.owned is None else spec.owned
        lines.append(
            f"model  {spec.name}  {'own' if owned else 'rented'}  {spec.provider}  {spec.base_url or row.base_url}"
        )
    for route in settings.file.routes:
        candidate = f", candidate {route.candidate}" if route.candidate else ""
        candidate += f", chosen from {', '.join(route.choose_from)}" if route.choose_from else ""
        lines.append(f"route  {route.name}  incumbent {route.incumbent}{candidate}")
    return lines


def warned(settings: Settings) -> list[str]:
    """What can be served as it is declared, and is hardly meant: each with what to do."""
    models = models_of(settings)
    board = board_of(settings, models, {})
    return [*cautions(board, settings.file.keys), *pool_cautions(settings.file.routes, models)]


def undeclared(settings: Settings) -> list[Model]:
    """The own models that a route compares and whose build the operator did not declare."""
    compared = {
        name for route in settings.file.routes if route.candidate for name in (route.candidate, route.incumbent)
    }
    bare = {spec.name for spec in settings.file.models if spec.build is None and spec.name in compared}
    return [model for model in models_of(settings).values() if model.owned and model.name in bare]


def with_builds(settings: Settings, builds: Mapping[str, str]) -> Settings:
    """The settings with the builds that servers told; what the operator declared stays."""
    specs = tuple(
        msgspec.structs.replace(spec, build=builds[spec.name]) if spec.build is None and spec.name in builds else spec
        for spec in settings.file.models
    )
    return declare(settings, specs)


def declare(settings: Settings, specs: tuple[Any, ...]) -> Settings:
    """The settings with discovered models declared."""
    return msgspec.structs.replace(settings, file=msgspec.structs.replace(settings.file, models=specs))
