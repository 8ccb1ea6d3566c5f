"""Wording: a mistake is told with what it is, and with what could have been meant."""

from pathlib import Path

import pytest
from tests.settings.files import GOOD, OWN, problems

MISTAKES = [
    ("server: {prot: 1}", "1: server.prot: unknown key 'prot'; did you mean 'port'?"),
    ("zzz: 1", "1: zzz: unknown key 'zzz'; known here: server, timeouts, media, providers, storage, secret, mode"),
    ("providers: {openai: {base_url: 'ftp://x'}}", "1: providers.openai.base_url: 'ftp://x' is no address; "),
    ("models:\n  - name: a/b\n    provider: vllm\n    model: m", "2: models[0].name: 'a/b' is no name; "),
    ("zzz:\n  a: 1", "1: zzz: unknown key"),
    (f"{OWN}routes:\n  - name: a/b\n    incumbent: own", "3: routes[0].name: 'a/b' is no name of a route; "),
    (f"{OWN}routes:\n  - name: 'a:b'\n    incumbent: own", "3: routes[0].name: 'a:b' is no name of a route; "),
    (
        f"{OWN}routes:\n  - name: off\n    incumbent: own",
        "3: routes[0].name: off is no text to YAML; write it in quotes",
    ),
    (f"{OWN}keys:\n  - name: 7\n    digest: {'0d' * 32}", "3: keys[0].name: 7 is no text to YAML; write it in quotes"),
    ("providers: {a: {tool_ids: ten}}", "1: providers.a.tool_ids: 'ten' is none of the values that exist: "),
    ("providers: {a: {tool_choices: [auto, some]}}", "1: providers.a.tool_choices[1]: 'some' is none of the values"),
    ("providers: {a: {thoughts: [chosen]}}", "1: providers.a.thoughts: ['chosen'] is none of the values that exist: "),
    ("secret: word", "1: secret: a secret is written as a reference, ${NAME} or file:PATH, never as itself"),
    ("1: 2", "1: 1: unknown key '1'"),
    ("media: {fetch: [https://a.example]}", "1: media.fetch[0]: 'https://a.example' is no host; write a.example.com"),
    ("media: {fetch: ['a.*']}", "1: media.fetch[0]: 'a.*' is no host; "),
    ("media: {private: [inside]}", "1: media.private[0]: 'inside' is no network; write it as 10.20.0.0/16"),
    ("server: {trusted_proxies: [proxy]}", "1: server.trusted_proxies[0]: 'proxy' is no address or network; write 127"),
    ("server: {<<: {port: 1}}", "1: server.<<: unknown key '<<'"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text[:40] for text, _ in MISTAKES])
def test_a_misfit_is_told_in_words(tmp_path: Path, text: str, expected: str) -> None:
    [found] = problems(tmp_path, text)
    assert found.startswith(expected)


def test_a_literal_secret_is_refused_and_never_repeated(tmp_path: Path) -> None:
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n    api_key: sk-live-word\n")
    [found] = problems(tmp_path, text)
    assert found == "8: models[0].api_key: a secret is written as a reference, ${NAME} or file:PATH, never as itself"
