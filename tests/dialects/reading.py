"""How tests of dialects read a stream: as the corridor does, each event judged by the grammar."""

from understudy.canon.grammar import Grammar
from understudy.canon.reply import Collector, Event
from understudy.dialects.contract import Dialect


def events_of(dialect: Dialect, maker: str, raw: bytes, step: int = 0) -> list[Event]:
    """The events that a stream tells, fed whole or in pieces of `step` bytes."""
    decoder, grammar = dialect.reply_decoder(maker), Grammar()
    pieces = [raw[place : place + step] for place in range(0, len(raw), step)] if step else [raw]
    frames = [frame for piece in pieces for frame in decoder.feed(piece)] + decoder.close()
    events = [event for frame in frames for event in frame.events]
    for event in events:
        grammar.check(event)
    return events


def collected_of(events: list[Event]) -> Collector:
    """What some events come to."""
    collector = Collector()
    for event in events:
        collector.feed(event)
    return collector
