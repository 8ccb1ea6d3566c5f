"""Addresses of what lies at a provider; the rest is in tests/journeys/test_account.py."""

import pytest

from understudy.canon.faults import Fault
from understudy.gateway.account import PREFIX, _split


def test_the_path_names_the_provider_and_what_is_wanted_there() -> None:
    assert _split(f"{PREFIX}openai/files/file-1/content?after=a/b") == ("openai", "/files/file-1/content?after=a/b")


@pytest.mark.parametrize("path", ["openai", "openai/", "", "openai/files/../../secret", "openai/./files"])
def test_what_names_nothing_there_is_refused(path: str) -> None:
    with pytest.raises(Fault, match="say what is wanted there"):
        _split(PREFIX + path)
