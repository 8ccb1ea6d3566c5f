"""Dated names: what is a date in a name and what is not, and which one is newer."""

import pytest

from understudy.routing.dated import age, undated


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet"),
        ("command-r-08-2024", "command-r"),
        ("mistral-large-2411", "mistral-large"),
        ("mistral-large-latest", "mistral-large"),
        ("gemini-1.5-pro-002", "gemini-1.5-pro"),
        ("gpt-4o-2024-08-06-mini", "gpt-4o-mini"),
    ],
)
def test_a_date_is_cut_out_with_what_stands_before_it(name: str, bare: str) -> None:
    assert undated(name) == bare
    assert age(name) is not None


@pytest.mark.parametrize("name", ["gpt-4o", "llama-3.1-70b", "claude-opus-4-5", "qwen2.5-72b", "latestmodel", "m2024x"])
def test_versions_sizes_and_words_are_no_dates(name: str) -> None:
    assert undated(name) == name
    assert age(name) is None


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("m-2024-08-06", "m-2024-11-20"),
        ("m-20240620", "m-2024-10-22"),
        ("m-08-2024", "m-03-2025"),
        ("m-2411", "m-2502"),
        ("m-0613", "m-2402"),
        ("m-001", "m-002"),
        ("m-2411", "m-latest"),
        ("m-20250929", "m-latest"),
    ],
)
def test_ages_compare_as_dates_do(older: str, newer: str) -> None:
    assert (age(older) or 0) < (age(newer) or 0)
