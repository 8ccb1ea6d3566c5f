"""Frames: what the corridor moves. Raw bytes of one piece of an answer, with the events decoded from them.

Where both ends speak the same dialect the raw bytes go on unless an edit touched the frame; elsewhere the events are
encoded anew. A frame without events (a comment, a ping) is still a frame: it proves that the upstream lives.
"""

from understudy.canon.reply import Event
from understudy.canon.value import Value


class Frame(Value, frozen=True):
    """One piece of a streamed answer: the bytes as they came, and what they say.

    `terminal` marks the dialect's own closing line; `usage_only` a frame that exists only because we asked for usage.
    """

    raw: bytes
    events: tuple[Event, ...] = ()
    terminal: bool = False
    usage_only: bool = False
    malformed: bool = False
