"""Places: where providers are reached, and from where media are fetched."""

from pathlib import Path

import pytest
from tests.settings.files import GOOD, KEY, loaded, problems

from understudy.providers.catalogue import load_rows
from understudy.settings.reading import ConfigError

MISTAKES = [
    ("providers: {new: {dialect: gemini}}", "1: providers.new: a new provider needs 'dialect' and 'base_url'"),
    ("media: {fetch: [a.example], private: [10.0.0.1/8]}", "1: media.private[0]: 10.0.0.1/8 has host bits set; "),
    ("media: {fetch: ['*'], private: [10.0.0.0/8]}", "1: media.private: no host of a private network is fetched from"),
    ("media: {private: [10.0.0.0/8]}", "1: media.private: no host of a private network is fetched from"),
    ("server: {trusted_proxies: ['*', 10.0.0.1/8]}", "1: server.trusted_proxies[1]: 10.0.0.1/8 has host bits set; "),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text[:40] for text, _ in MISTAKES])
def test_a_place_that_cannot_be_is_told(tmp_path: Path, text: str, expected: str) -> None:
    [found] = problems(tmp_path, text)
    assert found.startswith(expected)


def test_a_providers_own_variable_moves_its_address(tmp_path: Path) -> None:
    environ = {**KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}
    assert loaded(tmp_path, GOOD, environ).rows["openai"].base_url == "http://127.0.0.1:9/v1"
    said = GOOD + "providers: {openai: {base_url: 'https://said.test'}}\n"
    assert loaded(tmp_path, said, environ).rows["openai"].base_url == "https://said.test"
    other = GOOD + "providers: {openai: {max_tokens: 5}}\n"
    assert loaded(tmp_path, other, environ).rows["openai"].base_url == "http://127.0.0.1:9/v1"


def test_a_provider_may_be_added_and_used(tmp_path: Path) -> None:
    text = GOOD.replace("provider: openai", "provider: new")
    added = "providers:\n  new: {dialect: openai_chat, base_url: 'https://new.test', auth: none}\n"
    made = loaded(tmp_path, text + added, {})
    assert made.rows["new"].auth == "none"
    assert made.rows["openai"] == load_rows()["openai"]


def test_a_model_whose_provider_has_no_common_address_must_be_told_one(tmp_path: Path) -> None:
    text = "models:\n  - {name: a, provider: azure, model: deployment}\n"
    environ = {"AZURE_API_KEY": "word"}
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, text, environ)
    where = "set models[].base_url, or providers.azure.base_url"
    assert [f"{p.line}: {p.path}: {p.message}" for p in raised.value.problems] == [
        f"2: models[0]: model 'a' has no address: {where}"
    ]
    given = "providers: {azure: {base_url: https://r.openai.azure.com/openai/v1}}\n" + text
    assert loaded(tmp_path, given, environ).rows["azure"].auth == "api-key"
