"""Why an answer stopped, as the word that a caller's dialect has for it: the rules that all dialects share."""

from collections.abc import Mapping

from understudy.canon.reply import StopReason
from understudy.dialects.arguments import arguments_of

_CALLED = (StopReason.STOP,)


class Calls:
    """The calls of one answer as far as they were told: whether there are any, and whether one is broken off."""

    def __init__(self) -> None:
        self.any = False
        self.broken = False
        self._said: list[str] = []

    def begin(self, arguments: str) -> None:
        """A call begins."""
        self.any = True
        self._said = [arguments]

    def say(self, text: str) -> None:
        """More of its arguments."""
        self._said.append(text)

    @property
    def silent(self) -> bool:
        """Whether nothing was told of the arguments yet."""
        return not any(self._said)

    def end(self) -> None:
        """The call is told."""
        self.broken = self.broken or arguments_of("".join(self._said)) is None


def word_for(
    words: Mapping[StopReason, str],
    reason: StopReason,
    native: str | None,
    *,
    own: bool,
    calls: bool,
    broken: bool,
    refused: bool = False,
    called: tuple[StopReason, ...] = _CALLED,
) -> str:
    """The word for the caller.

    An upstream of the caller's dialect keeps its own word. A call whose arguments are cut off makes it the word for an
    answer that was too long, since nobody must run that call. Other calls make a reason among `called` the word for
    calls, since clients run tools on that word alone. An answer that holds a refusal is one, though its own dialect has
    no word for that.
    """
    if own and native:
        return native
    if broken and reason in (StopReason.STOP, StopReason.TOOL_CALLS):
        return words[StopReason.LENGTH]
    if refused and reason is StopReason.STOP:
        return words[StopReason.REFUSAL]
    if calls and reason in called:
        return words[StopReason.TOOL_CALLS]
    return words[reason]
