"""Kinds: what kind of query a request is.

What the caller declares wins; then its signs; then the operator's policies; then what it shows by rules.

A kind is an id with language and tool use in it where they matter. A definition never depends on outcomes, and a change
of the rules is a new version: slices are made of kinds, and must not change under what was learned of them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.names import KIND, KIND_WORDS
from understudy.canon.parts import Image, Text, ToolResult, text_of
from understudy.canon.request import Request
from understudy.routing.fitness import Needs
from understudy.routing.policies import KindPolicy, Shown, first_met
from understudy.routing.signs import kind_of_work

# Of the rules below; goes up with every change of what they say of any request.
VERSION = 2
# Declared kinds become part of slice names, file names and metric labels.
_DECLARED = re.compile(KIND)
# How much of the last user text the rules read: enough to see code, cheap on a huge prompt.
_LOOK_CHARS = 4_000
# A rule is asked only where its words stand: a search for words takes a tenth of a search for a pattern.
_CODE_WORDS = ("```", "def ", "class ", "#include", "function ", "=>", "import ")
_CODE = re.compile(r"```|\bdef \w+\(|\bclass \w+[:({]|#include\b|\bfunction \w+\(|=>|\bimport \w+")
# A task is named at the beginning of what is asked.
_TASK_CHARS = 160
_TASKS = (
    ("translation", ("translat", "übersetz", "tradui", "traduc"), re.compile(r"\b(?:translat|übersetz|tradui|traduc)")),
    (
        "summary",
        ("summar", "tl;dr", "tldr", "zusammenfass"),
        re.compile(r"\b(?:summari[sz]e|summary|tl;?dr|zusammenfass)"),
    ),
    ("extraction", ("extract", "list all", "find all"), re.compile(r"\b(?:extract|list all|find all)\b")),
    (
        "writing",
        ("write", "draft", "compose"),
        re.compile(r"\b(?:write|draft|compose|rewrite)\b.{0,40}\b(?:email|letter|essay|post|poem|story|blog)\b"),
    ),
)
_MATHS_WORDS = ("\\frac", "\\int", "\\sum", "\\sqrt", "integral", "derivative", "equation", "prove that")
# Dates and fractions have no blanks around their signs.
_SUM = re.compile(r"\d(?:\s?[+*^=]\s?| [-/] )\d")
# Scripts that make a language of their own for a model; the rest is told apart by no rule.
_SCRIPTS = (
    ("cyrl", re.compile("[\u0400-\u04ff]+")),
    ("arab", re.compile("[\u0600-\u06ff]+")),
    ("deva", re.compile("[\u0900-\u097f]+")),
    ("kore", re.compile("[\uac00-\ud7af]+")),
    ("jpan", re.compile("[\u3040-\u30ff]+")),
    ("hans", re.compile("[\u4e00-\u9fff]+")),
)


class Kind(NamedTuple):
    """A kind, and how it is known; `policy` is the name of the operator's policy that declares it."""

    id: str
    source: Literal["declared", "sign", "policy", "rule"]
    policy: str = ""

    @property
    def words(self) -> str:
        """How it is known, in words."""
        return f"declared by policy {self.policy!r}" if self.policy else f"by {self.source}"


def kind_of(
    request: Request,
    declared: str | None,
    headers: Mapping[str, str] | None = None,
    policies: Sequence[KindPolicy] = (),
) -> Kind:
    """The kind of a request; a Fault if the declared one is no valid id."""
    if declared is not None:
        if not could_be_declared(declared):
            raise bad_request(f"x-understudy-kind is {declared!r}; {KIND_WORDS}", "x-understudy-kind")
        return Kind(declared, "declared")
    last = request.messages[-1]
    if any(isinstance(part, ToolResult) for part in last.parts):
        return Kind("agent_continuation", "sign")
    shown = kind_of_work(request, headers or {})
    if shown is not None:
        return Kind(shown, "sign")
    met = first_met(policies, _shown(request, last)) if policies else None
    return Kind(met.kind, "policy", met.name) if met is not None else Kind(_by_rule(request, last), "rule")


def could_be_declared(kind: str) -> bool:
    """Whether a word can be a kind's id."""
    return _DECLARED.fullmatch(kind) is not None


def asked_words(request: Request) -> str:
    """The text that was asked last; what routing reads of a request."""
    last = next((message for message in reversed(request.messages) if message.role == "user"), None)
    return text_of(last.parts) if last is not None else ""


def needs_of(request: Request) -> Needs:
    """What a request needs of its model."""
    parts = [part for message in request.messages for part in message.parts]
    return Needs(
        characters=sum(len(part.text) for part in parts if isinstance(part, Text)),
        images=any(isinstance(part, Image) for part in parts),
        tools=bool(request.tools),
    )


def _by_rule(request: Request, last: Message) -> str:
    if request.tools:
        return "tools"
    if request.format is not None and request.format.kind != "text":
        return "structured"
    if any(isinstance(part, Image) for part in last.parts):
        return "vision"
    words = _words(last)
    if _code(words):
        return "code"
    head = words[:_TASK_CHARS].lower()
    for task, stems, rule in _TASKS:
        if any(stem in head for stem in stems) and rule.search(head):
            return task
    return ("maths" if any(word in words for word in _MATHS_WORDS) or _SUM.search(words) else "chat") + _script(words)


def _shown(request: Request, last: Message) -> Shown:
    characters = sum(len(part.text) for part in last.parts if isinstance(part, Text))
    return Shown(_words(last), characters, bool(request.tools), _code, lambda words: _script(words)[1:])


def _code(words: str) -> bool:
    return any(word in words for word in _CODE_WORDS) and _CODE.search(words) is not None


def _script(words: str) -> str:
    """The suffix of a script in which at least a third of the text is written."""
    if words.isascii():
        return ""
    for name, rule in _SCRIPTS:
        if sum(map(len, rule.findall(words))) * 3 >= max(1, len(words)):
            return f".{name}"
    return ""


def _words(message: Message) -> str:
    return " ".join(part.text[:_LOOK_CHARS] for part in message.parts if isinstance(part, Text))[:_LOOK_CHARS]
