"""Places: where providers are reached, from where media are fetched, and which networks are whose."""

from collections.abc import Iterable, Mapping

import msgspec

from understudy.providers.catalogue import ProviderRow, load_rows
from understudy.providers.models import overlay
from understudy.providers.reach import ANY, MediaSpec, networks
from understudy.settings.file import File
from understudy.settings.reading import Reader


def rows_of(reader: Reader, file: File, environ: Mapping[str, str]) -> dict[str, ProviderRow]:
    """The providers of the catalogue and of the file; one that the file gives no address the environment may move."""
    rows = load_rows()
    for name, spec in file.providers.items():
        row = overlay(rows.get(name), spec)
        if row is None:
            reader.wrong(("providers", name), "a new provider needs 'dialect' and 'base_url'")
        else:
            rows[name] = row
    for name, row in rows.items():
        moved = environ.get(row.base_url_env) if row.base_url_env else None
        said = file.providers.get(name)
        if moved and (said is None or said.base_url is None):
            rows[name] = msgspec.structs.replace(row, base_url=moved.rstrip("/"))
    return rows


def check_places(reader: Reader, file: File, rows: Mapping[str, ProviderRow]) -> None:
    """A model whose provider has no address of its own must be told one."""
    for place, model in enumerate(file.models):
        row = rows.get(model.provider)
        if row is not None and not (row.base_url or model.base_url):
            where = f"set models[].base_url, or providers.{model.provider}.base_url"
            reader.wrong(("models", place), f"model {model.name!r} has no address: {where}")


def check_networks(reader: Reader, where: tuple[str, str], written: Iterable[str]) -> None:
    """What the pattern of a network does not see."""
    for place, one in enumerate(written):
        try:
            networks(() if one == ANY else (one,))
        except ValueError as error:
            reader.wrong((*where, place), f"{error}; write a network as 10.20.0.0/16")


def check_media(reader: Reader, media: MediaSpec) -> None:
    """Networks that are none, and those that nothing could reach."""
    check_networks(reader, ("media", "private"), media.private)
    if media.private and not any(host != ANY for host in media.fetch):
        words = f"no host of a private network is fetched from unless 'fetch' names it, and {ANY!r} names none"
        reader.wrong(("media", "private"), words)
