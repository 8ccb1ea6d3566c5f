"""Settings: a YAML file and the environment become one frozen tree. The only reader of both.

Each room declares the struct that it wants; this module only loads, checks and composes. Unknown keys are errors, and
all errors of a file are reported together, each with its path and line. Secrets are references (`${NAME}`,
`file:PATH`): their values are kept apart from the tree and never printed.
"""

import difflib
import os
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import yaml

from understudy.canon.value import Value
from understudy.fitting import misfit
from understudy.gateway.site import Timeouts
from understudy.jobs.specs import Duration, FleetSpec, RouteName, RouteSpec, RoutingSpec
from understudy.policy.keys import Key
from understudy.providers.catalogue import Known, ProviderRow, load_known, load_rows
from understudy.providers.headers import AUTHS
from understudy.providers.models import ModelSpec, ProviderSpec, SecretRef, Url, overlay
from understudy.providers.reach import ANY, Host, MediaSpec, Network, networks
from understudy.routing.board import Name
from understudy.routing.kinds import could_be_declared
from understudy.routing.policies import KindPolicy
from understudy.routing.priors import MAX_WEIGHT, Outcome, Weight
from understudy.web.server import Proxy, ServerSpec

DEFAULT_FILE = Path("understudy.yaml")
DEFAULT_STORAGE = "sqlite:///understudy.db"
DEFAULT_SECRET = "file:understudy.secret"
# A configuration is written by hand; anything larger is a wrong file.
MAX_FILE_BYTES = 4 * 1024 * 1024
_ENV_REF = re.compile(r"\$\{(\w+)\}")
_SQLITE = "sqlite:///"
# What is said of a value that is none of these, instead of its pattern. A secret is never repeated.
_WORDS: dict[Any, str] = {
    SecretRef: "a secret is written as a reference, ${{NAME}} or file:PATH, never as itself",
    Url: "{0!r} is no address; it starts with http:// or https://",
    Name: "{0!r} is no name; write 1 to 128 letters, digits, '.', '_', ':', '-'",
    RouteName: "{0!r} is no name of a route; write 1 to 128 letters, digits, '.', '_', '-'",
    Host: "{0!r} is no host; write a.example.com, *.example.com, a.example.com:8443, or * for any",
    Network: "{0!r} is no network; write it as 10.20.0.0/16 or fd00:1::/32",
    Proxy: "{0!r} is no address or network; write 127.0.0.1, 10.20.0.0/16, or '*' for any",
    Outcome: "{0!r} is no mean outcome; write a number from 0 (never right) to 1 (always right)",
    Weight: f"{{0!r}} is no weight of a prior; a mean begins with 0 to {MAX_WEIGHT:.0f} outcomes that come out so",
    Duration: "{0!r} is no duration; write seconds, or 500ms, 30s, 5m, 1h, 1d",
}


class File(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written: every key that understudy.yaml may hold.

    `aliases` are patterns of names that callers may ask for, such as `claude-*haiku*`, each with the route or model
    that answers; the first that fits counts, and only where nothing has the very name. `policies` name kinds by what
    requests show, for those that declare none and bear no sign of a known client's work; the first that holds counts.
    """

    server: ServerSpec = ServerSpec()
    timeouts: Timeouts = Timeouts()
    media: MediaSpec = MediaSpec()
    providers: dict[str, ProviderSpec] = {}
    storage: str = DEFAULT_STORAGE
    secret: SecretRef = DEFAULT_SECRET
    models: tuple[ModelSpec, ...] = ()
    routes: tuple[RouteSpec, ...] = ()
    aliases: dict[str, str] = {}
    policies: tuple[KindPolicy, ...] = ()
    routing: RoutingSpec = RoutingSpec()
    fleet: FleetSpec = FleetSpec()
    keys: tuple[Key, ...] = ()


class Problem(Value, frozen=True):
    """One thing wrong with a configuration: where, and what to do."""

    path: str
    line: int
    message: str


class ConfigError(Exception):
    """A configuration that cannot be used; `problems` has all that is wrong with it."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """One line for each problem, as editors know it: file:line: path: message."""
        for problem in self.problems:
            where = f"{problem.path}: " if problem.path else ""
            yield f"{self.file}:{problem.line}: {where}{problem.message}"


class Secrets(dict[str, str]):
    """Secret values by their references; prints as a count."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"


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
        return _compose(File(), environ, base or Path.cwd(), _Reader("(no file)"), None)
    reader = _Reader(str(path))
    root = reader.compose(path)
    file = reader.read(root, File, "") if root is not None else File()
    if file is None:
        _check_names(reader, root, load_rows())
        raise ConfigError(reader.file, reader.problems)
    return _compose(file, environ, base or path.resolve().parent, reader, root)


def _compose(file: File, environ: Mapping[str, str], base: Path, reader: "_Reader", root: yaml.Node | None) -> Settings:
    rows = load_rows()
    for name, spec in file.providers.items():
        row = overlay(rows.get(name), spec)
        if row is None:
            reader.wrong(root, ("providers", name), "a new provider needs 'dialect' and 'base_url'")
        else:
            rows[name] = row
    for name, row in rows.items():
        moved = environ.get(row.base_url_env) if row.base_url_env else None
        said = file.providers.get(name)
        if moved and (said is None or said.base_url is None):
            rows[name] = msgspec.structs.replace(row, base_url=moved.rstrip("/"))
    _check_names(reader, root, rows)
    _check_places(reader, root, file, rows)
    _check_pools(reader, root, file)
    _check_networks(reader, root, ("server", "trusted_proxies"), file.server.trusted_proxies)
    _check_judges(reader, root, file)
    _check_media(reader, root, file.media)
    _check_policies(reader, root, file.policies)
    file = msgspec.structs.replace(file, routes=tuple(_led(route, file, rows) for route in file.routes))
    secrets = _secrets(file, rows, environ, base, reader, root)
    if reader.problems:
        raise ConfigError(reader.file, reader.problems)
    return Settings(file=file, rows=rows, known=load_known(), secrets=secrets, base=base)


def _led(route: RouteSpec, file: File, rows: Mapping[str, ProviderRow]) -> RouteSpec:
    """A route that chooses from a pool is led by its first rented model, unless it says by which."""
    if route.incumbent or not route.choose_from:
        return route
    specs = {spec.name: spec for spec in file.models}

    def rented(name: str) -> bool:
        spec = specs.get(name)
        row = rows.get(spec.provider) if spec is not None else None
        owned = spec.owned if spec is not None else None
        return not (row.owned if owned is None and row is not None else owned)

    return msgspec.structs.replace(route, incumbent=next(filter(rented, route.choose_from), route.choose_from[0]))


def _check_pools(reader: "_Reader", root: yaml.Node | None, file: File) -> None:
    """A route has a candidate or a pool, and of a pool at most one dial."""
    for place, route in enumerate(file.routes):
        if not route.incumbent and not route.choose_from:
            reader.wrong(root, ("routes", place), "a route needs an 'incumbent', or models to 'choose_from'")
        if route.choose_from and route.candidate:
            words = "a candidate takes over slice by slice, a pool is chosen from by what was learned: name one of both"
            reader.wrong(root, ("routes", place, "choose_from"), words)
        if route.choose_from and route.incumbent and route.incumbent not in route.choose_from:
            reader.wrong(root, ("routes", place, "incumbent"), "the incumbent of a pool is one of 'choose_from'")
        if len(route.choose_from) == 1 or len(set(route.choose_from)) < len(route.choose_from):
            reader.wrong(root, ("routes", place, "choose_from"), "a pool has two models or more, each once")
        for name in list(route.dials)[1:]:
            reader.wrong(root, ("routes", place, name), f"{next(iter(route.dials))!r} is set already; one dial rules")
        needing = (route.dials, route.explore, route.cascade, route.latency_price, route.priors)
        if any(needing) and not route.choose_from:
            words = "dials, 'explore', 'cascade', 'latency_price' and 'priors' need models to 'choose_from'"
            reader.wrong(root, ("routes", place), words)
        for model, kind in ((model, kind) for model, prior in route.priors.items() for kind in prior.kinds):
            if not could_be_declared(kind):
                words = f"{kind!r} can be no kind; a kind is 1 to 64 of a-z, 0-9, '_', '.', '-'"
                reader.wrong(root, ("routes", place, "priors", model, "kinds", kind), words)


def _check_judges(reader: "_Reader", root: yaml.Node | None, file: File) -> None:
    """A judge reads what is asked of its route: it bears the route's tags, as everybody does who sees that."""
    tags = {model.name: model.tags for model in file.models}
    for place, route in enumerate(file.routes):
        judge = route.parity.judge
        borne = tags.get(judge.model) if judge is not None else None
        if judge is None or borne is None:
            continue
        for lacking in (tag for tag in route.only_tags if tag not in borne):
            words = (
                f"the judge {judge.model!r} reads what is asked of this route and lacks its tag {lacking!r}: give the "
                "model that tag if it may, or take another judge"
            )
            reader.wrong(root, ("routes", place, "parity", "judge", "model"), words)


def _check_policies(reader: "_Reader", root: yaml.Node | None, policies: tuple[KindPolicy, ...]) -> None:
    """A policy says something, under a name of its own."""
    for place, policy in enumerate(policies):
        if policy.says_nothing:
            words = f"policy {policy.name!r} has no condition and would hold for everything"
            reader.wrong(root, ("policies", place), words)
        if policy.name in [one.name for one in policies[:place]]:
            reader.wrong(root, ("policies", place, "name"), f"the name {policy.name!r} is taken already")


def _check_networks(reader: "_Reader", root: yaml.Node | None, where: tuple[str, str], written: Iterable[str]) -> None:
    """What the pattern of a network does not see."""
    for place, one in enumerate(written):
        try:
            networks(() if one == ANY else (one,))
        except ValueError as error:
            reader.wrong(root, (*where, place), f"{error}; write a network as 10.20.0.0/16")


def _check_media(reader: "_Reader", root: yaml.Node | None, media: MediaSpec) -> None:
    """Networks that are none, and those that nothing could reach."""
    _check_networks(reader, root, ("media", "private"), media.private)
    if media.private and not any(host != ANY for host in media.fetch):
        words = f"no host of a private network is fetched from unless 'fetch' names it, and {ANY!r} names none"
        reader.wrong(root, ("media", "private"), words)


def _check_names(reader: "_Reader", root: yaml.Node | None, rows: Mapping[str, ProviderRow]) -> None:
    """Names that mean nothing, and names that are taken twice; read from the file as it is, whatever else is wrong."""
    data = _plain(root) if isinstance(root, yaml.MappingNode) else {}
    models, routes, keys = (_entries(data, section) for section in ("models", "routes", "keys"))
    added = data.get("providers")
    providers = [*rows, *(added if isinstance(added, dict) else ())]
    taken: list[Any] = []
    for section, entries in (("models", models), ("routes", routes)):
        for place, entry in entries:
            if entry.get("name") in taken:
                reader.wrong(root, (section, place, "name"), f"the name {entry.get('name')!r} is taken already")
            if "name" in entry:
                taken.append(entry["name"])
    known = [str(entry.get("name")) for _, entry in models]
    for place, entry in models:
        reader.known(root, ("models", place, "provider"), "provider", [entry.get("provider")], providers)
    for name, entry in added.items() if isinstance(added, dict) else ():
        if isinstance(entry, dict):
            reader.known(root, ("providers", name, "dialect"), "dialect", [entry.get("dialect")], _dialects())
            reader.known(root, ("providers", name, "auth"), "auth", [entry.get("auth")], list(AUTHS))
    for place, entry in routes:
        for field in ("incumbent", "candidate"):
            reader.known(root, ("routes", place, field), "model", [entry.get(field)], known)
        for field in ("fallbacks", "choose_from"):
            reader.known(root, ("routes", place, field), "model", entry.get(field), known)
        priors, pool = entry.get("priors"), entry.get("choose_from")
        if isinstance(priors, dict) and isinstance(pool, list):
            for name in priors:
                reader.known(root, ("routes", place, "priors", name), "model to choose from", [name], pool)
        parity = entry.get("parity")
        judge = parity.get("judge") if isinstance(parity, dict) else None
        if isinstance(judge, dict):
            reader.known(root, ("routes", place, "parity", "judge", "model"), "model", [judge.get("model")], known)
    callable_names = [*(str(entry.get("name")) for _, entry in routes), *known]
    aliases = data.get("aliases")
    for pattern, name in aliases.items() if isinstance(aliases, dict) else ():
        reader.known(root, ("aliases", pattern), "route or model", [name], callable_names)
    for place, entry in keys:
        reader.known(root, ("keys", place, "routes"), "route", entry.get("routes"), callable_names)


def _dialects() -> list[str]:
    """The names of the installed dialects; no code of theirs is imported for it."""
    return sorted(point.name for point in entry_points(group="understudy.dialects"))


def _check_places(reader: "_Reader", root: yaml.Node | None, file: File, rows: Mapping[str, ProviderRow]) -> None:
    """A model whose provider has no address of its own must be told one."""
    for place, model in enumerate(file.models):
        row = rows.get(model.provider)
        if row is not None and not (row.base_url or model.base_url):
            where = f"set models[].base_url, or providers.{model.provider}.base_url"
            reader.wrong(root, ("models", place), f"model {model.name!r} has no address: {where}")


def _entries(data: Mapping[str, Any], section: str) -> list[tuple[int, dict[str, Any]]]:
    """The entries of a section that are mappings, with their places."""
    found = data.get(section)
    return [(n, entry) for n, entry in enumerate(found) if isinstance(entry, dict)] if isinstance(found, list) else []


def _secrets(
    file: File,
    rows: Mapping[str, ProviderRow],
    environ: Mapping[str, str],
    base: Path,
    reader: "_Reader",
    root: yaml.Node | None,
) -> Secrets:
    """The secrets that can be had; one that a declared model needs and that is missing is a problem."""
    secrets = Secrets()
    if _ENV_REF.fullmatch(file.secret):
        # The server's own secret is made where a file of it is missing; of a variable only the operator can.
        if value := secret_value(file.secret, environ, base):
            secrets[file.secret] = value
        else:
            reader.wrong(root, ("secret",), f"the server has no secret: {_remedy(file.secret)}")
    for row in rows.values():
        if row.api_key and (value := secret_value(row.api_key, environ, base)):
            secrets[row.api_key] = value
    for place, model in enumerate(file.models):
        row_needed = rows.get(model.provider)
        refs = {model.api_key or (row_needed.api_key if row_needed else None), *(d.api_key for d in model.deployments)}
        for ref in sorted(ref for ref in refs if ref):
            value = secret_value(ref, environ, base)
            if value:
                secrets[ref] = value
            else:
                reader.wrong(root, ("models", place), f"model {model.name!r} has no secret: {_remedy(ref)}")
    return secrets


def secret_value(ref: str, environ: Mapping[str, str], base: Path) -> str | None:
    """The value behind a reference; None if it is not there."""
    match = _ENV_REF.fullmatch(ref)
    if match:
        return environ.get(match[1]) or None
    path = base / ref.removeprefix("file:")
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _remedy(ref: str) -> str:
    match = _ENV_REF.fullmatch(ref)
    return f"set {match[1]} in the environment" if match else f"write it to {ref.removeprefix('file:')!r}"


class _Reader:
    """Turns YAML nodes into structs, collecting every problem with its line instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def compose(self, path: Path) -> yaml.Node | None:
        """The node tree of a file; a problem if it cannot be read at all."""
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise ConfigError(self.file, [Problem("", 1, f"the file is larger than {MAX_FILE_BYTES} bytes")])
            text = path.read_text(encoding="utf-8")
            # Read twice: the nodes know their lines, and only the values show unknown tags and impossible keys.
            node = yaml.compose(text, Loader=yaml.SafeLoader) if yaml.safe_load(text) is not None else None
        except OSError as error:
            raise ConfigError(self.file, [Problem("", 1, f"cannot be read: {error.strerror}")]) from error
        except UnicodeDecodeError as error:
            raise ConfigError(self.file, [Problem("", 1, f"is not UTF-8: {error.reason}")]) from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(self.file, [Problem("", line, f"is not YAML: {error.problem}")]) from error
        except (yaml.YAMLError, ValueError) as error:
            raise ConfigError(self.file, [Problem("", 1, f"is not YAML: {str(error).splitlines()[0]}")]) from error
        except RecursionError as error:
            raise ConfigError(self.file, [Problem("", 1, "is nested too deeply")]) from error
        return node

    def read(self, node: yaml.Node, kind: Any, path: str) -> Any:
        """The value of a node as `kind`; what is wrong is noted, and None stands in for it."""
        kind = _without_none(kind) if not _is_null(node) else kind
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(node, kind, path)
        origin, args = get_origin(kind), get_args(kind)
        if origin is tuple and isinstance(node, yaml.SequenceNode):
            return tuple(self.read(item, args[0], f"{path}[{place}]") for place, item in enumerate(node.value))
        if origin is dict and isinstance(node, yaml.MappingNode):
            return {key.value: self.read(value, args[1], where) for key, value, where in self._entries(node, path)}
        try:
            return msgspec.convert(_plain(node), kind)
        except msgspec.ValidationError as error:
            words = _WORDS.get(kind) or _choice(kind)
            value = node.value if isinstance(node, yaml.ScalarNode) else _plain(node)
            self.note(path, node, words.format(value) if words else misfit(kind, value) or _worded(str(error)))
        return None

    def _entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node, str]]:
        """The keys of a mapping, each with its value and its path; one that stands there twice is a problem."""
        seen: set[str] = set()
        for key, value in node.value:
            where = f"{path}.{key.value}" if path else str(key.value)
            if key.value in seen:
                self.note(where, key, f"the key {key.value!r} stands here twice")
            else:
                seen.add(key.value)
                yield key, value, where

    def _struct(self, node: yaml.Node, kind: type[msgspec.Struct], path: str) -> Any:
        if not isinstance(node, yaml.MappingNode):
            self.note(path, node, "a mapping is expected here")
            return None
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        before = len(self.problems)
        for key, value, where in self._entries(node, path):
            field = fields.get(key.value)
            if field is None:
                self.note(where, key, _unknown_key(key.value, fields))
            elif field.required or not _is_null(value):
                # A key with nothing after it, as when all below is a comment, leaves the default.
                values[key.value] = self.read(value, field.type, where)
        for name, field in fields.items():
            if field.required and name not in values:
                self.note(path, node, f"the key {name!r} is missing")
        return kind(**values) if len(self.problems) == before else None

    def note(self, path: str, node: yaml.Node, message: str) -> None:
        """One more problem, at a node."""
        self.problems.append(Problem(path, node.start_mark.line + 1, message))

    def wrong(self, root: yaml.Node | None, at: tuple[str | int, ...], message: str) -> None:
        """One more problem, at a path into the file."""
        line = _find(root, at).start_mark.line + 1 if root is not None else 0
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).lstrip(".")
        self.problems.append(Problem(path, line, message))

    def known(self, root: yaml.Node | None, at: tuple[str | int, ...], what: str, names: Any, known: list[str]) -> None:
        """A problem for each of the names that is none of the known ones; what is no name is another check's."""
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known) or 'none'}"
                self.wrong(root, at, f"there is no {what} {name!r}{hint}")


def _find(node: yaml.Node, at: tuple[str | int, ...]) -> yaml.Node:
    for step in at:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
    return node


def _plain(node: yaml.Node) -> Any:
    construct: Callable[..., Any] = yaml.SafeLoader("").construct_document
    return construct(node)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        rest = tuple(arg for arg in get_args(kind) if arg is not type(None))
        return rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007
    return kind


def _choice(kind: Any) -> str | None:
    """What is said of a value that is none of the few words that exist at its place."""
    if get_origin(kind) is not Literal:
        return None
    return "{0!r} is none of the values that exist: " + ", ".join(map(repr, get_args(kind)))


def _unknown_key(key: str, fields: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, list(fields), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(fields)}"
    return f"unknown key {key!r}; {hint}"


def _worded(message: str) -> str:
    return message[0].lower() + message[1:]
