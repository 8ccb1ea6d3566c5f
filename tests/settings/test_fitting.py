"""What is said of a value that does not fit: what fits instead, what may have been meant, never a secret."""

from pathlib import Path

import pytest

from understudy.settings import load
from understudy.settings.reading import ConfigError

SAID = [
    (
        "routes: [{name: r, quality_target: 98}]",
        "'98' does not fit; a number above 0 and of at most 1 is expected here",
    ),
    ("routes: [{name: r, quality_target: 98}]", "did you mean 0.98?"),
    ("routes: [{name: r, quality_target: 98 %}]", "did you mean 0.98?"),
    ("routes: [{name: r, rented_share: 30%}]", "a number from 0 to 1 is expected here; did you mean 0.3?"),
    ("routes: [{name: r, budget_usd_per_day: 50 dollars}]", "a number above 0 is expected here; did you mean 50?"),
    ("routes: [{name: r, budget_usd_per_day: '50'}]", "a number above 0 is expected here; did you mean 50?"),
    ("routes: [{name: r, budget_usd_per_day: $50}]", "did you mean 50?"),
    ("routes: [{name: r, choose_from: own}]", "'own' does not fit; a list is expected here, such as [own]"),
    ("routes: [{name: r, cascade: maybe}]", "'maybe' does not fit; true or false is expected here"),
    ("routes: [{name: r, parity: {approvals: 2.5}}]", "a whole number of at least 0 is expected here"),
    ("policies: [{name: p, kind: B C, words: [ab]}]", "kind: a kind is 1 to 64 of a-z, 0-9, '_', '.', '-'"),
    ("policies: [{name: p, kind: k, words: ['']}]", "words: '' is too short; 2 characters or more are expected here"),
    ("keys: [{name: k, digest: %s, kind: Payroll}]", "kind: a kind is 1 to 64 of a-z, 0-9, '_', '.', '-'"),
    ("keys: [{name: k, digest: sk-us-word}]", "keys[0].digest: a digest is 64 of 0-9 and a-f"),
]
NOT_GUESSED = [
    "routes: [{name: r, rented_share: -0.1}]",
    "routes: [{name: r, budget_usd_per_day: 50 cents}]",
    "timeouts: {idle_s: 1 minute}",
    "server: {port: 4000.5}",
]


def told(folder: Path, text: str) -> str:
    """What is wrong with a configuration."""
    path = folder / "understudy.yaml"
    path.write_text(text.replace("%s", "0d" * 32), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    return str(raised.value)


@pytest.mark.parametrize(("text", "words"), SAID, ids=[text[-40:] for text, _ in SAID])
def test_a_person_is_told_what_fits(tmp_path: Path, text: str, words: str) -> None:
    assert words in told(tmp_path, text)


@pytest.mark.parametrize("text", NOT_GUESSED)
def test_what_may_mean_another_number_is_not_guessed(tmp_path: Path, text: str) -> None:
    said = told(tmp_path, text)
    assert "is expected here" in said
    assert "did you mean" not in said


def test_a_key_in_place_of_its_digest_is_not_repeated(tmp_path: Path) -> None:
    assert "sk-us-word" not in told(tmp_path, "keys: [{name: k, digest: sk-us-word}]")
