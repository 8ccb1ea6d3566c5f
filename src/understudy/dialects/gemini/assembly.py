"""Assembly: a call whose arguments come in pieces, each at a path of its own, put together.

A piece says `jsonPath`, a value of one type, and for a text whether more of it will come. The call is whole once a part
comes without `willContinue`. Reference: https://ai.google.dev/api/caching#FunctionCall
"""

import re
from itertools import pairwise
from typing import Any

import msgspec

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")
# An array index beyond this is a mistake, not a list.
MAX_INDEX = 10_000


class Assembly:
    """One call being told."""

    def __init__(self, call_id: str, name: str) -> None:
        self.id = call_id
        self.name = name
        self._arguments: dict[str, Any] | None = None

    def take(self, call: dict[str, Any]) -> bool:
        """Take a piece; whether the call is whole with it."""
        given = call.get("args")
        if isinstance(given, dict):
            self._arguments = {**(self._arguments or {}), **given}
        for piece in call.get("partialArgs") or ():
            if isinstance(piece, dict):
                self._put(piece)
        return call.get("willContinue") is not True

    def arguments(self) -> str:
        """The arguments as JSON text, empty where nothing was told of them."""
        return "" if self._arguments is None else msgspec.json.encode(self._arguments).decode()

    def _put(self, piece: dict[str, Any]) -> None:
        steps = _steps(piece.get("jsonPath"))
        kind = next((name for name in _VALUES if name in piece), None)
        if not steps or kind is None:
            return
        value = None if kind == "nullValue" else piece[kind]
        if self._arguments is None:
            self._arguments = {}
        here: Any = self._arguments
        for step, after in pairwise(steps):
            here = _entered(here, step, [] if isinstance(after, int) else {})
        last = steps[-1]
        before = _entered(here, last, None)
        _set(here, last, before + value if isinstance(before, str) and isinstance(value, str) else value)


def _steps(path: Any) -> list[str | int]:
    if not isinstance(path, str):
        return []
    steps: list[str | int] = []
    for name, index, single, double in _STEP.findall(path):
        if index:
            if int(index) > MAX_INDEX:
                return []
            steps.append(int(index))
        else:
            steps.append(name or single or double)
    return steps


def _entered(here: Any, step: str | int, fresh: Any) -> Any:
    """What stands at a step, made if it is not there; None where the step does not fit what is there."""
    if isinstance(here, dict) and isinstance(step, str):
        return here.setdefault(step, fresh)
    if isinstance(here, list) and isinstance(step, int):
        here.extend([None] * (step + 1 - len(here)))
        if here[step] is None:
            here[step] = fresh
        return here[step]
    return None


def _set(here: Any, step: str | int, value: Any) -> None:
    if isinstance(here, dict):
        here[step] = value
    if isinstance(here, list) and isinstance(step, int):
        here[step] = value
