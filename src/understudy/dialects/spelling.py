"""Spelling: the fields that a translation is about, as the caller's own dialect names them.

Encoders of every dialect name what they leave behind in one common way: `messages[2].content[0]`, `temperature`,
`thinking`. A caller of another dialect has no `messages` or no `thinking`; it is told of `contents[2]` and of
`generationConfig.thinkingConfig`. A place that the caller's body does not have at the same number is left out rather
than told wrong.
"""

import re

from understudy.canon.faults import Fault
from understudy.canon.messages import Role
from understudy.canon.omissions import Omission
from understudy.canon.request import Request
from understudy.canon.value import Value

_STEP = re.compile(r"[^.\[\]]+")
MESSAGES = "messages"
EVERYBODY: tuple[Role, ...] = ("system", "developer", "user", "assistant", "tool")


class Spelling(Value, frozen=True):
    """How the callers of one dialect name things.

    `names` are theirs by the common ones; those of `said` hold where the request's spelling remembers them. `turns`
    holds the conversation, each turn at its number where `numbered`, and the pieces of the turns of `pieced` at theirs.
    Instructions stand in `opening`, apart from the turns, if `apart` is among the words that the request's spelling
    remembers, or always where there is no such word. What is said of a tool stands below `tool` in it; None where tools
    do not stand at their numbers. A path is `dotted` (`a.0.b`) or has its numbers in brackets.
    """

    names: dict[str, str] = {}
    said: dict[str, str] = {}
    turns: str = MESSAGES
    numbered: bool = True
    pieced: tuple[Role, ...] = EVERYBODY
    opening: str | None = None
    apart: str | None = None
    tool: str | None = ""
    dotted: bool = False


def omitted(omissions: tuple[Omission, ...], request: Request, spelling: Spelling) -> tuple[Omission, ...]:
    """The omissions under the caller's names; two that have become the same are told once."""
    told = (Omission(spelt(one.field, request, spelling), one.why) for one in omissions)
    return tuple(dict.fromkeys(told))


def faulted(fault: Fault, request: Request, spelling: Spelling) -> Fault:
    """The fault under the caller's name for the field at fault, in its words too."""
    if not fault.param:
        return fault
    param = spelt(fault.param, request, spelling)
    if fault.message.startswith(f"{fault.param}:"):
        fault.message = param + fault.message.removeprefix(fault.param)
    fault.param = param
    return fault


def spelt(field: str, request: Request, spelling: Spelling) -> str:
    """One path as the caller spells it."""
    steps: list[str] = _STEP.findall(field)
    if len(steps) > 1 and steps[0] == MESSAGES and steps[1].isdecimal():
        return _placed(int(steps[1]), steps[2:], request, spelling)
    if not steps:
        return field
    whole = spelling.said.get(field)
    if whole not in request.spelling:
        whole = spelling.names.get(".".join(steps))
    if whole is not None:
        return whole
    below = steps[1:]
    if steps[0] == "tools" and below and below[0].isdecimal():
        below = [] if spelling.tool is None else [below[0], *filter(None, [spelling.tool]), *below[1:]]
    return _joined([spelling.names.get(steps[0], steps[0]), *below], spelling)


def _placed(place: int, below: list[str], request: Request, spelling: Spelling) -> str:
    """A path in the conversation."""
    role: Role = request.messages[place].role if place < len(request.messages) else "user"
    pieces = below if role in spelling.pieced else []
    if spelling.opening is not None and _apart(request, spelling):
        if place == 0:
            return _joined([spelling.opening, *pieces[1:]], spelling)
        place -= 1
    return _joined([spelling.turns, str(place), *pieces] if spelling.numbered else [spelling.turns], spelling)


def _apart(request: Request, spelling: Spelling) -> bool:
    opens = bool(request.messages) and request.messages[0].role == "system"
    return opens and (spelling.apart is None or spelling.apart in request.spelling)


def _joined(steps: list[str], spelling: Spelling) -> str:
    if spelling.dotted:
        return ".".join(steps)
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).removeprefix(".")
