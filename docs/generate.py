"""Writes the generated pages of docs/reference: configuration (from the structs that read it), the commands' help, what
each dialect carries (by asking their encoders), and what the house tells (from its OpenAPI document).

`python docs/generate.py` writes; with `--check` it exits 1 if a page is not what it would write.
"""

import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import carried
import msgspec
from typer.main import get_command
from typer.testing import CliRunner

from understudy.cli.main import app
from understudy.settings.file import File
from understudy.web.house import HOUSE
from understudy.web.openapi import document

PAGES = Path(__file__).parent / "reference"
RUNNER = CliRunner(env={"TERM": "dumb", "COLUMNS": "100", "NO_COLOR": "1"})


def configuration() -> str:
    """Every key that understudy.yaml may hold, section by section."""
    parts = [
        "# Configuration: understudy.yaml",
        "",
        "Generated from the structs that read it (`make docs`). Unknown keys are errors; all errors of a file are",
        "reported together, each with its line. A secret is a reference, `${NAME}` or `file:PATH`, never the value.",
        "A duration is seconds, or text with its unit: `250ms`, `30s`, `5m`, `1h`, `1d`.",
        "",
    ]
    seen: list[type[msgspec.Struct]] = []
    _section(File, "(top level)", parts, seen)
    return "\n".join(parts) + "\n"


def _section(struct: type[msgspec.Struct], title: str, parts: list[str], seen: list[type[msgspec.Struct]]) -> None:
    if struct in seen:
        return
    seen.append(struct)
    parts += [
        f"## {title}",
        "",
        " ".join((struct.__doc__ or "").split()),
        "",
        "| key | type | default |",
        "|---|---|---|",
    ]
    inner = []
    for field in msgspec.structs.fields(struct):
        parts.append(f"| `{field.encode_name}` | {_type(field.type)} | {_default(field)} |")
        inner += [(field.encode_name, found) for found in _structs(field.type)]
    parts.append("")
    for name, found in inner:
        _section(found, name, parts, seen)


def _structs(kind: Any) -> list[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [found for arg in typing.get_args(kind) for found in _structs(arg)]


def _type(kind: Any) -> str:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _type(args[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(arg) for arg in args if arg is not type(None)))
    if origin is typing.Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is tuple:
        return f"list of {_type(args[0])}"
    if origin is dict:
        return f"mapping of name to {_type(args[1])}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"see {kind.__name__.removesuffix('Spec').lower()}"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(kind, str(kind))


def _default(field: Any) -> str:
    if field.required:
        return "**required**"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or value in ({}, (), []) or isinstance(value, msgspec.Struct):
        return ""
    return f"`{value}`"


def commands() -> str:
    """The help of every command, as the terminal shows it."""
    parts = ["# Commands", "", "Generated from the commands' own help (`make docs`).", ""]
    for command in _all(get_command(app), ""):
        shown = RUNNER.invoke(app, [*command.split(), "--help"], prog_name="understudy")
        if shown.exit_code:
            raise RuntimeError(f"understudy {command} --help: {shown.output}")
        lines = "\n".join(line.rstrip() for line in shown.output.strip().splitlines())
        parts += [
            f"## understudy {command}".rstrip(),
            "",
            "```text",
            lines,
            "```",
            "",
        ]
    return "\n".join(parts)


def api() -> str:
    """Every operation below /understudy/v1, as its OpenAPI document tells it."""
    told = document(HOUSE)
    parts = [
        "# What the house tells: /understudy/v1",
        "",
        "Generated from the OpenAPI document (`make docs`), which a running server tells at",
        "`/understudy/v1/openapi.json`, with every shape that is taken and given. A key goes as",
        "`authorization: Bearer KEY` wherever keys are declared.",
        "",
    ]
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            parts += [
                f"## {method.upper()} {path}",
                "",
                " ".join(f"{one['summary']} {one.get('description', '')}".split()),
            ]
            roles = [role for needed in one.get("security", ()) for names in needed.values() for role in names]
            if roles:
                parts += ["", f"For keys with the role {' or '.join(f'`{role}`' for role in roles)}."]
            asked = [parameter for parameter in one["parameters"] if parameter["in"] == "query"]
            if asked:
                parts += ["", *(f"- `{parameter['name']}`: {parameter['description']}" for parameter in asked)]
            parts.append("")
    return "\n".join(parts)


def _all(command: Any, name: str) -> Iterator[str]:
    """A command's name, then the names of all below it."""
    yield name
    for below, inner in getattr(command, "commands", {}).items():
        yield from _all(inner, f"{name} {below}".strip())


def main() -> int:
    """Write the pages, or check them; the exit status."""
    pages = {
        "configuration.md": configuration(),
        "commands.md": commands(),
        "carried.md": carried.page(),
        "api.md": api(),
    }
    stale = [name for name, text in pages.items() if not _same(PAGES / name, text)]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/reference/{name} is not what `make docs` writes")
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
