"""Logs of Inspect AI: `.json`, or `.eval`, a zip of the same by parts (https://inspect.aisi.org.uk/eval-logs.html).

A score is a letter (C right, P partly, I wrong, N no answer), true or false, or a number in [0, 1].
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from understudy.jobs.importing.samples import MAX_FILE_BYTES, Sample, Samples, Unreadable, averaged, sample

REMEDY = "write it as JSON: inspect log convert --to json --output-dir OUT FILE"
_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}


def read_inspect(path: Path, metric: str | None = None) -> Samples:
    """One log; `metric` names the scorer where there are several. Raises Unreadable."""
    header, samples = _zipped(path) if zipfile.is_zipfile(path) else _plain(path)
    told = header.get("eval")
    if not isinstance(told, dict) or "task" not in told:
        raise Unreadable(f"{path.name!r} is no log of Inspect AI: it has no 'eval' with a 'task'")
    if header.get("status") not in ("success", None):
        raise Unreadable(f"{path.name!r} is the log of a run that ended as {header['status']!r}; import a whole one")
    found = averaged(_sample(one, metric) for one in samples)
    if not found:
        raise Unreadable(f"{path.name!r} holds no samples; was it written with --no-log-samples?")
    return Samples(str(told["task"]), str(told.get("model", "")), found)


def _plain(path: Path) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    try:
        log = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise Unreadable(f"{path.name!r} is no JSON: {error}") from error
    if not isinstance(log, dict):
        raise Unreadable(f"{path.name!r} is no log of Inspect AI: it is a {type(log).__name__}")
    return log, iter(log.get("samples") or ())


def _zipped(path: Path) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MAX_FILE_BYTES:
            raise Unreadable(f"{path.name!r} unpacks to more than {MAX_FILE_BYTES:,} bytes")
        names = [entry.filename for entry in entries]
        if "header.json" not in names:
            raise Unreadable(f"{path.name!r} is a zip but no log of Inspect AI: it has no header.json")
        try:
            header = json.loads(archive.read("header.json"))
        except NotImplementedError as error:
            raise Unreadable(f"{path.name!r} is compressed in a way that Python cannot unpack; {REMEDY}") from error
    return header, _members(path, [name for name in names if name.startswith("samples/")])


def _members(path: Path, names: list[str]) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        for name in names:
            yield json.loads(archive.read(name))


def _sample(told: dict[str, Any], metric: str | None) -> Sample:
    id_, scores = str(told.get("id")), told.get("scores") or {}
    name = metric or (next(iter(scores)) if len(scores) == 1 else None)
    if name is None or name not in scores:
        known = ", ".join(scores) or "none"
        raise Unreadable(f"sample {id_!r}: name the score to import with --metric; it has: {known}")
    value = scores[name].get("value")
    prompt = hashlib.sha256(json.dumps(told.get("input"), sort_keys=True).encode()).hexdigest()
    return sample(id_, _LETTERS.get(value, value) if isinstance(value, str) else value, prompt)
