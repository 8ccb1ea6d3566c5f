"""A quota says what it knows, and nothing where nothing is known."""

from understudy.canon.limits import Quota


def test_a_quota_of_which_nothing_is_known() -> None:
    assert Quota() == Quota(None, None, None)
    assert Quota(5, 0) != Quota(5)
