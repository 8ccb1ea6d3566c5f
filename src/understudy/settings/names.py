"""Names: each means something, and none is taken twice. Read from the file as it is, whatever else is wrong with it."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from understudy.providers.catalogue import ProviderRow
from understudy.providers.headers import AUTHS
from understudy.settings.reading import Reader


def check_names(reader: Reader, rows: Mapping[str, ProviderRow]) -> None:
    """Names that mean nothing, and names that are taken twice."""
    data = reader.plain()
    models, routes, keys = (_entries(data, section) for section in ("models", "routes", "keys"))
    added = data.get("providers")
    providers = [*rows, *(map(str, added) if isinstance(added, dict) else ())]
    taken: list[Any] = []
    for section, entries in (("models", models), ("routes", routes)):
        for place, entry in entries:
            if entry.get("name") in taken:
                reader.wrong((section, place, "name"), f"the name {entry.get('name')!r} is taken already")
            if "name" in entry:
                taken.append(entry["name"])
    known = [str(entry.get("name")) for _, entry in models]
    for place, entry in models:
        reader.known(("models", place, "provider"), "provider", [entry.get("provider")], providers)
    for name, entry in added.items() if isinstance(added, dict) else ():
        if isinstance(entry, dict):
            reader.known(("providers", name, "dialect"), "dialect", [entry.get("dialect")], _dialects())
            reader.known(("providers", name, "auth"), "auth", [entry.get("auth")], list(AUTHS))
    for place, entry in routes:
        for field in ("incumbent", "candidate"):
            reader.known(("routes", place, field), "model", [entry.get(field)], known)
        for field in ("fallbacks", "choose_from"):
            reader.known(("routes", place, field), "model", entry.get(field), known)
        priors, pool = entry.get("priors"), entry.get("choose_from")
        if isinstance(priors, dict) and isinstance(pool, list):
            models_of_pool = [name for name in pool if isinstance(name, str)]
            for name in priors:
                reader.known(("routes", place, "priors", name), "model to choose from", [name], models_of_pool)
        parity = entry.get("parity")
        judge = parity.get("judge") if isinstance(parity, dict) else None
        if isinstance(judge, dict):
            reader.known(("routes", place, "parity", "judge", "model"), "model", [judge.get("model")], known)
    callable_names = [*(str(entry.get("name")) for _, entry in routes), *known]
    aliases = data.get("aliases")
    for pattern, name in aliases.items() if isinstance(aliases, dict) else ():
        reader.known(("aliases", pattern), "route or model", [name], callable_names)
    for place, entry in keys:
        reader.known(("keys", place, "routes"), "route", entry.get("routes"), callable_names)


def _dialects() -> list[str]:
    """The names of the installed dialects; no code of theirs is imported for it."""
    return sorted(point.name for point in entry_points(group="understudy.dialects"))


def _entries(data: Mapping[str, Any], section: str) -> list[tuple[int, dict[str, Any]]]:
    """The entries of a section that are mappings, with their places."""
    found = data.get(section)
    return [(n, entry) for n, entry in enumerate(found) if isinstance(entry, dict)] if isinstance(found, list) else []
