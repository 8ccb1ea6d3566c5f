"""The rule by which a belief is from before a deletion. What the books do is tests/storage/erasing_contract.py's."""

import pytest

from understudy.storage.erasing import learned_since


@pytest.mark.parametrize(("since_s", "tenant", "stands"), [(4.9, "t", False), (5.0, "t", True), (0.0, "other", True)])
def test_a_belief_stands_if_no_lesson_under_it_is_older_than_the_deletion(
    since_s: float, tenant: str, stands: bool
) -> None:
    assert learned_since(since_s, tenant, {"t": 5.0}) is stands
