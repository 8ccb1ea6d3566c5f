"""Settings: a YAML file and the environment become one frozen tree. The only reader of both.

Each room declares the struct that it wants, and `file` puts them together. `reading` makes structs of YAML, `wording`
tells what does not fit, and `names`, `places`, `routes` and `secrets` see what no struct sees alone: whatever is wrong
with a file is reported together, each mistake with its path and line.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from understudy.canon.value import Value
from understudy.providers.catalogue import Known, ProviderRow, load_known, load_rows
from understudy.settings.file import File
from understudy.settings.names import check_names
from understudy.settings.places import check_media, check_networks, check_places, rows_of
from understudy.settings.reading import ConfigError, Reader, nodes_of
from understudy.settings.routes import check_judges, check_policies, check_pools, led
from understudy.settings.secrets import Secrets, secrets_of

_SQLITE = "sqlite:///"


class Settings(Value, frozen=True, kw_only=True):
    """The whole configuration, checked. `base` is the folder that relative paths start from."""

    file: File
    rows: dict[str, ProviderRow]
    known: Known
    secrets: Secrets
    base: Path

    @property
    def database(self) -> str:
        """The database URL with a relative SQLite path made absolute."""
        url = self.file.storage
        return _SQLITE + str(self.base / url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else url

    @property
    def spool(self) -> Path:
        """Where records wait between the request path and the database: beside a SQLite file, under its name."""
        url = self.file.storage
        name = url.removeprefix(_SQLITE) if url.startswith(_SQLITE) else "understudy"
        return (self.base / name).with_suffix(".spool")


def load(path: Path | None, environ: Mapping[str, str] | None = None, *, base: Path | None = None) -> Settings:
    """Read a configuration; with no path, the catalogue and the environment alone. Raises ConfigError."""
    environ = os.environ if environ is None else environ
    if path is None:
        return _compose(Reader("(no file)", None), File(), environ, base or Path.cwd())
    reader = Reader(str(path), nodes_of(path))
    file = reader.read(File)
    if file is None:
        check_names(reader, load_rows())
        raise ConfigError(reader.file, reader.problems)
    return _compose(reader, file, environ, base or path.resolve().parent)


def _compose(reader: Reader, file: File, environ: Mapping[str, str], base: Path) -> Settings:
    rows = rows_of(reader, file, environ)
    check_names(reader, rows)
    check_places(reader, file, rows)
    check_pools(reader, file)
    check_networks(reader, ("server", "trusted_proxies"), file.server.trusted_proxies)
    check_judges(reader, file)
    check_media(reader, file.media)
    check_policies(reader, file.policies)
    file = msgspec.structs.replace(file, routes=tuple(led(route, file, rows) for route in file.routes))
    secrets = secrets_of(reader, file, rows, environ, base)
    if reader.problems:
        raise ConfigError(reader.file, reader.problems)
    return Settings(file=file, rows=rows, known=load_known(), secrets=secrets, base=base)
