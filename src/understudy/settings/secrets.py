"""Secrets: the values behind references, `${NAME}` or `file:PATH`. They are kept apart and never printed."""

import re
from collections.abc import Mapping
from pathlib import Path

from understudy.providers.catalogue import ProviderRow
from understudy.settings.file import File
from understudy.settings.reading import Reader

_ENV_REF = re.compile(r"\$\{(\w+)\}")


class Secrets(dict[str, str]):
    """Secret values by their references; prints as a count."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"


def secrets_of(
    reader: Reader, file: File, rows: Mapping[str, ProviderRow], environ: Mapping[str, str], base: Path
) -> Secrets:
    """The secrets that can be had; one that a declared model needs and that is missing is a problem."""
    secrets = Secrets()
    if _ENV_REF.fullmatch(file.secret):
        # The server's own secret is made where a file of it is missing; of a variable only the operator can.
        if value := secret_value(file.secret, environ, base):
            secrets[file.secret] = value
        else:
            reader.wrong(("secret",), f"the server has no secret: {_remedy(file.secret)}")
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
                reader.wrong(("models", place), f"model {model.name!r} has no secret: {_remedy(ref)}")
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
