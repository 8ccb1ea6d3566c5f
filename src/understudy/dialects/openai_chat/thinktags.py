"""Thinking between tags: models whose host does not tell it apart write `<think>…</think>` before their words.

Only an answer that opens with the tag is read so, since anywhere else it may be meant. White space around the tags is
theirs. A tag that nothing follows opens no thought and is words. A stream may cut a tag anywhere: what could still
become one is held back.
"""

from collections.abc import Callable

from understudy.canon.parts import Text, Thinking

OPEN, CLOSE = "<think>", "</think>"


Told = list[tuple[type[Text | Thinking], str]]


class ThinkTags:
    """The words of one answer as they come, told apart."""

    def __init__(self) -> None:
        self._held = ""
        # A state is a function of the class: a bound method would be a cycle, and wait for the collector.
        self._read: Callable[[ThinkTags], Told] = ThinkTags._opening

    def feed(self, text: str) -> Told:
        """What these words add: thinking, or words."""
        self._held += text
        return self._read(self)

    @property
    def past(self) -> bool:
        """Whether all that follows is words."""
        return self._read is ThinkTags._plain

    def close(self) -> Told:
        """What was still held back when the answer ended."""
        kind = Thinking if self._read is ThinkTags._inside else Text
        rest, self._held = self._held if self._read is not ThinkTags._behind else "", ""
        return [(kind, rest)] if rest else []

    def _opening(self) -> Told:
        said = self._held.lstrip()
        if said.startswith(OPEN):
            thought = said[len(OPEN) :].lstrip()
            if not thought:
                return []
            self._held, self._read = thought, ThinkTags._inside
            return self._inside()
        if OPEN.startswith(said):
            return []
        self._read = ThinkTags._plain
        return self._plain()

    def _inside(self) -> Told:
        thought, closed, rest = self._held.partition(CLOSE)
        if closed:
            self._held, self._read = rest, ThinkTags._behind
            thought = thought.rstrip()
            return [*([(Thinking, thought)] if thought else []), *self._behind()]
        unsure = next(n for n in range(len(CLOSE), -1, -1) if thought.endswith(CLOSE[:n]))
        told = thought[: len(thought) - unsure].rstrip()
        self._held = thought[len(told) :]
        return [(Thinking, told)] if told else []

    def _behind(self) -> Told:
        self._held = self._held.lstrip()
        if not self._held:
            return []
        self._read = ThinkTags._plain
        return self._plain()

    def _plain(self) -> Told:
        text, self._held = self._held, ""
        return [(Text, text)] if text else []


def split(content: str) -> list[Text | Thinking]:
    """The parts of a whole content."""
    tags = ThinkTags()
    parts: list[Text | Thinking] = []
    for kind, text in (*tags.feed(content), *tags.close()):
        if parts and type(parts[-1]) is kind:
            text = parts.pop().text + text
        parts.append(kind(text))
    return parts
