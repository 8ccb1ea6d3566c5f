"""The two streams: each event once and in order; the tip tells of every change."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.parity.events import GENESIS, Cursor, Event, Live, Pair, link

pairs = st.builds(Pair, st.integers(1, 9), st.text(max_size=5), st.floats(-1, 1), st.floats(-1, 1), st.booleans())
lives = st.builds(
    Live, st.integers(1, 9), st.text(max_size=5), st.booleans(), st.none() | st.floats(0, 1), st.booleans()
)


@given(one=pairs | lives, other=pairs | lives)
def test_two_events_share_a_tip_only_if_they_are_equal(one: Event, other: Event) -> None:
    assert (link(GENESIS, one) == link(GENESIS, other)) == (one == other)


@given(first=pairs, second=pairs)
def test_the_order_is_in_the_tip(first: Pair, second: Pair) -> None:
    there, back = link(link(GENESIS, first), second), link(link(GENESIS, second), first)
    assert (there == back) == (first == second)


def test_whole_numbers_and_negative_zero_of_a_database_make_no_difference() -> None:
    assert link(GENESIS, Pair(1, "u", 0)) == link(GENESIS, Pair(1, "u", -0.0))
    assert link(GENESIS, Live(1, "u", True, 1)) == link(GENESIS, Live(1, "u", True, 1.0))


def test_PAR_1_5_a_unit_enters_once() -> None:
    cursor = Cursor().after(Pair(3, "u", 1.0))
    assert cursor.seq == 3
    for seq in (3, 2):
        with pytest.raises(ValueError, match="each enters once"):
            cursor.after(Pair(seq, "u", 1.0))


@given(event=pairs | lives)
def test_events_survive_json(event: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
