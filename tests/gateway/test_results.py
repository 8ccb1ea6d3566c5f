"""Rows of a batch's results: one for each model, the same whenever they are read; booked in test_passthrough.py."""

from understudy.canon.usage import Usage
from understudy.gateway.results import summed


def test_usage_is_added_up_by_model() -> None:
    one, other = Usage(uncached_in=5, out=2), Usage(uncached_in=7, out=1, cache_read=3)
    assert summed([("a", one), ("b", one), ("a", other)]) == {"a": Usage(uncached_in=12, out=3, cache_read=3), "b": one}
    assert summed([]) == {}


def test_no_name_is_longer_than_the_bill_shows() -> None:
    assert list(summed([("x" * 900, Usage(out=1))])) == ["x" * 200]
