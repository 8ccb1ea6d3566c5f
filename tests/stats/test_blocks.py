"""Blocks: the sizes of the ladder, each outcome used once, the latest first, nothing lost to waiting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.stats.blocks import MAX_BLOCK, MAX_WAITING, Blocks, Canary, block_size


@pytest.mark.parametrize(("share", "size"), [(0, 0), (1, 19), (5, 19), (25, 3), (50, 1), (60, 0), (100, 0)])
def test_PAR_6_1_block_size(share: int, size: int) -> None:
    assert block_size(share) == size


@pytest.mark.parametrize("share", [-1, 101])
def test_a_share_that_is_no_percentage_is_refused(share: int) -> None:
    with pytest.raises(ValueError, match=str(share)):
        block_size(share)


def test_a_block_takes_the_latest_unused_outcomes() -> None:
    blocks = Blocks()
    for y in (0.0, 0.0, 1.0, 1.0, 1.0):
        blocks, closed = blocks.incumbent(y)
        assert closed is None
    blocks, first = blocks.candidate(1.0, 3)
    assert first == 0.0
    blocks, second = blocks.candidate(1.0, 3)
    assert second == 1.0
    assert blocks == Blocks()


def test_without_incumbent_outcomes_the_candidate_waits_for_one() -> None:
    blocks, closed = Blocks().candidate(0.0, 19)
    assert closed is None
    blocks, closed = blocks.incumbent(1.0)
    assert closed == -1.0
    assert blocks == Blocks()


def test_what_is_kept_is_bounded() -> None:
    blocks = Blocks()
    for _ in range(MAX_BLOCK + 5):
        blocks, _ = blocks.incumbent(1.0)
    assert len(blocks.unused) == MAX_BLOCK
    blocks = Blocks()
    for _ in range(MAX_WAITING + 5):
        blocks, _ = blocks.candidate(1.0, 1)
    assert len(blocks.waiting) == MAX_WAITING


events = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.25, 1.0])), max_size=200)


@given(events=events, size=st.integers(1, 19))
def test_PAR_6_1_each_outcome_is_used_once(events: list[tuple[bool, float]], size: int) -> None:
    """Which outcomes meet depends on their order alone: the same places close with other values in them."""
    plain, other = Blocks(), Blocks()
    closed, candidates = 0, 0
    for candidate, y in events:
        candidates += candidate
        plain, one = plain.candidate(y, size) if candidate else plain.incumbent(y)
        other, two = other.candidate(1 - y, size) if candidate else other.incumbent(1 - y)
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            closed += 1
            assert one == pytest.approx(-two)
            assert -1 <= one <= 1
    assert closed + len(plain.waiting) <= candidates
    assert not (plain.waiting and plain.unused)


def test_an_outcome_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        Blocks().incumbent(1.5)
    with pytest.raises(ValueError, match="-1"):
        Blocks().candidate(-1, 1)


def test_a_share_without_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="no blocks"):
        Blocks().candidate(1.0, 0)


def test_pairs_and_blocks_feed_one_evidence_in_any_order() -> None:
    canary = Canary.start(0.05).incumbent(1.0)
    one = canary.pair(-0.5).candidate(0.0, 1)
    other = canary.candidate(0.0, 1).pair(-0.5)
    assert one.n == other.n == 2
    assert one.log_e == pytest.approx(other.log_e, abs=1e-12)
    assert one.log_e > canary.log_e
