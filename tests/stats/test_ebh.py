"""The fleet rule against its vectors."""

import math

import pytest

from understudy.stats.ebh import Claims, e_bh


def test_V16_the_first_five() -> None:
    found = e_bh([250, 120, 90, 61, 40, 18, 7, 3, 1, 0.2], family=10)
    assert found == Claims((0, 1, 2, 3, 4), 40.0)


def test_V17_none_since_the_first_needs_200() -> None:
    assert e_bh([190, 98, 40, *[1] * 7], family=10) == Claims((), math.inf)
    assert e_bh([200, 98, 40, *[1] * 7], family=10).chosen == (0,)


def test_order_of_the_input_does_not_matter() -> None:
    assert e_bh([1, 40, 250, 61, 120, 90, 18, 7, 3, 0.2], family=10).chosen == (1, 2, 3, 4, 5)


def test_a_family_counts_those_that_are_not_here() -> None:
    assert e_bh([250, 120], family=2).chosen == (0, 1)
    assert e_bh([250, 120], family=50).chosen == ()


def test_weights_favour_and_are_bounded() -> None:
    assert e_bh([25, 25], family=2, weights=[1.8, 0.2]).chosen == (0,)
    with pytest.raises(ValueError, match="family"):
        e_bh([25, 25], family=2, weights=[1.8, 1.2])
    with pytest.raises(ValueError, match="one for each"):
        e_bh([25, 25], family=2, weights=[1.8])


def test_a_family_smaller_than_its_members_is_refused() -> None:
    with pytest.raises(ValueError, match="family"):
        e_bh([25, 25], family=1)


def test_infinite_evidence_and_an_empty_fleet() -> None:
    assert e_bh([math.inf, 1], family=2).chosen == (0,)
    assert e_bh([], family=0).chosen == ()
