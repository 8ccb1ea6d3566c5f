"""Parts that were open together, told one after another."""

from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.parts import Text
from understudy.canon.reply import Delta, PartEnded, PartStarted
from understudy.dialects.ordering import InOrder, PartEvent


def events_of(index: int, words: int) -> list[PartEvent]:
    return [PartStarted(index, Text("")), *(Delta(index, str(place)) for place in range(words)), PartEnded(index)]


def test_one_part_at_a_time_waits_for_nothing() -> None:
    order = InOrder()
    events = events_of(0, 2) + events_of(1, 1)
    assert [order.feed(event) for event in events] == [(event,) for event in events]


def test_a_later_part_waits_until_the_one_being_told_has_ended() -> None:
    order = InOrder()
    first, second = events_of(0, 1), events_of(1, 1)
    assert order.feed(first[0]) == (first[0],)
    assert [order.feed(event) for event in second] == [(), (), ()]
    assert order.feed(first[1]) == (first[1],)
    assert order.feed(first[2]) == (first[2], *second)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.randoms())
def test_any_interleaving_comes_out_part_by_part_and_whole(words: list[int], lot: object) -> None:
    queues = [events_of(index, count) for index, count in enumerate(words)]
    told: list[PartEvent] = []
    order, opened = InOrder(), 0
    left = [list(queue) for queue in queues]
    while any(left):
        ready = [place for place in range(min(opened + 1, len(left))) if left[place]]
        place = lot.choice(ready)  # type: ignore[attr-defined]
        opened = max(opened, place + 1)
        told += order.feed(left[place].pop(0))
    assert told == [event for queue in queues for event in queue]
