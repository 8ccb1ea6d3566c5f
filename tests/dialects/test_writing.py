"""What all encoders of ordered streams share: order, usage, the reason to stop, what stays behind."""

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Text
from understudy.canon.reply import Delta, Event, Failed, Finished, Metered, PartEnded, PartStarted, Started, StopReason
from understudy.canon.usage import Usage
from understudy.dialects.contract import Echo
from understudy.dialects.openai_fields import Losses
from understudy.dialects.ordering import PartEvent
from understudy.dialects.writing import OrderedWriter


class Plain(OrderedWriter):
    """Tells the kinds and places of events."""

    here = "plain"

    def _begin(self, event: Started) -> bytes:
        return b"begin "

    def _tell(self, event: PartEvent) -> bytes:
        return f"{type(event).__name__}{event.index} ".encode()


def test_parts_are_told_in_order_and_all_else_waits() -> None:
    writer = Plain(Echo("asked"), Losses())
    events: list[Event] = [
        Started("1", "m", "plain", extras={"odd": 1}),
        PartStarted(0, Text("")),
        PartStarted(1, Text("")),
        Delta(1, "b"),
        Metered(Usage(out=1)),
        PartEnded(0),
        Finished(StopReason.STOP, "end", extras={"odd": 2}),
        Metered(Usage(out=2)),
        Failed("no", FaultKind.UPSTREAM),
    ]
    told = [writer.send(event) for event in events]
    first = [b"begin ", b"PartStarted0 ", b"", b"", b"", b"PartEnded0 PartStarted1 Delta1 "]
    assert told == [*first, b"", b"", b""]
    assert (writer.own, writer.stop, writer.omissions) == (True, (StopReason.STOP, "end"), ())


def test_what_only_the_answers_own_dialect_can_say_is_noted() -> None:
    writer = Plain(Echo("asked"), Losses())
    assert writer.stop == (None, None)
    writer.send(Started("1", "m", "elsewhere", extras={"odd": 1}))
    writer.send(Finished(StopReason.STOP, extras={"even": 2}))
    assert [omission.field for omission in writer.omissions] == ["odd", "even"]
    assert not writer.own
