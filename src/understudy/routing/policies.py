"""Policies: kinds that the operator names, by plain conditions on what rules see of a request.

No patterns and no models: words are looked for as they are, so that a policy costs microseconds whatever it says. The
first whose conditions all hold names the kind.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from understudy.canon.names import KindName
from understudy.canon.value import Value
from understudy.routing.board import Tag

# Each word is one search through what is looked at, at 4,000 characters about a microsecond.
MAX_WORDS = 64
Word = Annotated[str, Meta(min_length=2, max_length=64)]
Script = Literal["cyrl", "arab", "deva", "kore", "jpan", "hans"]
Count = Annotated[int, Meta(ge=0)]


class KindPolicy(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests of a kind, as the operator tells them: all conditions that are said must hold.

    `words` are looked for as they are, in any case, at the beginning of the last message (4,000 characters); one of
    them is enough. `code` says whether it shows code, `script` in which script a third of it or more is written,
    `tools` whether the request has tools. `longer_than` and `shorter_than` count the last message's characters.
    """

    name: Tag
    kind: KindName
    words: Annotated[tuple[Word, ...], Meta(max_length=MAX_WORDS)] = ()
    code: bool | None = None
    script: Script | None = None
    tools: bool | None = None
    longer_than: Count | None = None
    shorter_than: Count | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether it has no condition: it would hold for everything."""
        told = (self.code, self.script, self.tools, self.longer_than, self.shorter_than)
        return not self.words and all(one is None for one in told)


class Shown(NamedTuple):
    """What rules see of a request; what takes longer to see is looked at where a policy asks."""

    words: str
    characters: int
    tools: bool
    code: Callable[[str], bool]
    script: Callable[[str], str]


def first_met(policies: Sequence[KindPolicy], shown: Shown) -> KindPolicy | None:
    """The first policy whose conditions hold."""
    lowered = shown.words.lower()
    return next((policy for policy in policies if _met(policy, shown, lowered)), None)


def _met(policy: KindPolicy, shown: Shown, lowered: str) -> bool:
    if policy.tools is not None and policy.tools != shown.tools:
        return False
    if policy.longer_than is not None and shown.characters <= policy.longer_than:
        return False
    if policy.shorter_than is not None and shown.characters >= policy.shorter_than:
        return False
    if policy.words and not any(word.lower() in lowered for word in policy.words):
        return False
    if policy.code is not None and policy.code != shown.code(shown.words):
        return False
    return policy.script is None or shown.script(shown.words) == policy.script
