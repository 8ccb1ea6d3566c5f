"""Reading: YAML nodes become structs, and every mistake is collected with its path and line. Unknown keys are mistakes.

The reader knows YAML and structs alone: what the settings are is not known here, and `wording` tells what is wrong.
"""

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
import yaml

from understudy.canon.value import Value
from understudy.settings.wording import misfit, unknown_key, unknown_name

T = TypeVar("T", bound=msgspec.Struct)
# A configuration is written by hand; anything larger is a wrong file.
MAX_FILE_BYTES = 4 * 1024 * 1024


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


def nodes_of(path: Path) -> yaml.Node | None:
    """The node tree of a file, None of an empty one; ConfigError if it cannot be read at all."""

    def refused(why: str, line: int = 1) -> ConfigError:
        return ConfigError(str(path), [Problem("", line, why)])

    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise refused(f"the file is larger than {MAX_FILE_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
        # Read twice: the nodes know their lines, and only the values show unknown tags and impossible keys.
        return yaml.compose(text, Loader=yaml.SafeLoader) if yaml.safe_load(text) is not None else None
    except OSError as error:
        raise refused(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise refused(f"is not UTF-8: {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise refused(f"is not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise refused(f"is not YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise refused("is nested too deeply") from error


class Reader:
    """Turns the nodes of a file into structs, collecting every problem with its line."""

    def __init__(self, file: str, root: yaml.Node | None) -> None:
        self.file = file
        self.root = root
        self.problems: list[Problem] = []

    def read(self, kind: type[T]) -> T | None:
        """The whole file as a struct, all defaults if it is empty; None if something in it is wrong."""
        return kind() if self.root is None else cast(T | None, self._value(self.root, kind, ""))

    def plain(self) -> dict[str, Any]:
        """What the file says, whatever is wrong with it; nothing if it is no mapping."""
        return _plain(self.root) if isinstance(self.root, yaml.MappingNode) else {}

    def wrong(self, at: tuple[str | int, ...], message: str) -> None:
        """One more problem, at a path into the file."""
        line = _find(self.root, at).start_mark.line + 1 if self.root is not None else 0
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).lstrip(".")
        self.problems.append(Problem(path, line, message))

    def known(self, at: tuple[str | int, ...], what: str, names: Any, known: list[str]) -> None:
        """A problem for each of the names that is none of the known ones; what is no name is another check's."""
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and name not in known:
                self.wrong(at, unknown_name(what, name, known))

    def _value(self, node: yaml.Node, kind: Any, path: str) -> Any:
        """The value of a node as `kind`; what is wrong is noted, and None stands in for it."""
        kind = _without_none(kind) if not _is_null(node) else kind
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(node, kind, path)
        origin, args = get_origin(kind), get_args(kind)
        if origin is tuple and isinstance(node, yaml.SequenceNode):
            return tuple(self._value(item, args[0], f"{path}[{place}]") for place, item in enumerate(node.value))
        if origin is dict and isinstance(node, yaml.MappingNode):
            return {key.value: self._value(value, args[1], where) for key, value, where in self._entries(node, path)}
        try:
            return msgspec.convert(_plain(node), kind)
        except msgspec.ValidationError as error:
            value = node.value if isinstance(node, yaml.ScalarNode) else _plain(node)
            self._note(path, node, misfit(kind, value, str(error)))
        return None

    def _entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node, str]]:
        """The keys of a mapping, each with its value and its path; one that stands there twice is a problem."""
        seen: set[str] = set()
        for key, value in node.value:
            where = f"{path}.{key.value}" if path else str(key.value)
            if key.value in seen:
                self._note(where, key, f"the key {key.value!r} stands here twice")
            else:
                seen.add(key.value)
                yield key, value, where

    def _struct(self, node: yaml.Node, kind: type[msgspec.Struct], path: str) -> Any:
        if not isinstance(node, yaml.MappingNode):
            self._note(path, node, "a mapping is expected here")
            return None
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        before = len(self.problems)
        for key, value, where in self._entries(node, path):
            field = fields.get(key.value)
            if field is None:
                self._note(where, key, unknown_key(key.value, fields))
            elif field.required or not _is_null(value):
                # A key with nothing after it, as when all below is a comment, leaves the default.
                values[key.value] = self._value(value, field.type, where)
        for name, field in fields.items():
            if field.required and name not in values:
                self._note(path, node, f"the key {name!r} is missing")
        return kind(**values) if len(self.problems) == before else None

    def _note(self, path: str, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(path, node.start_mark.line + 1, message))


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
