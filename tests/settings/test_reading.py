"""Reading: every mistake of a file is told at once, with its path and its line."""

import re
from pathlib import Path

import pytest
from tests.settings.files import GOOD, OWN, problems

from understudy.settings import load
from understudy.settings.reading import MAX_FILE_BYTES, ConfigError

MISTAKES = [
    ("server:\n  port: many", "2: server.port: 'many' does not fit; a whole number from 0 to 65535 is expected here"),
    ("server: {port: 65536}", "1: server.port: '65536' does not fit; a whole number from 0 to 65535 is expected here"),
    ("server: {workers: 0}", "1: server.workers: '0' does not fit; a whole number"),
    ("server: {port: true}", "1: server.port: 'true' does not fit; a whole number"),
    ("server: [1]", "1: server: a mapping is expected here"),
    ("- 1", "1: a mapping is expected here"),
    ("words", "1: a mapping is expected here"),
    ("models: {}", "1: models: "),
    ("models: [1]", "1: models[0]: a mapping is expected here"),
    ("models:\n  -", "2: models[0]: a mapping is expected here"),
    ("server:\n  port: 1\n  port: 2", "3: server.port: the key 'port' stands here twice"),
    ("providers:\n  p: {dialect: d, base_url: 'http://x'}\n  p: {}", "3: providers.p: the key 'p' stands here twice"),
    ("timeouts: {idle_s: 0}", "1: timeouts.idle_s: '0' does not fit; a number above 0 is expected here"),
    ("timeouts: {idle_s: .nan}", "1: timeouts.idle_s: "),
    ("timeouts: {idle_s: 1 minute}", "1: timeouts.idle_s: '1 minute' does not fit; a number above 0 is expected here"),
    (
        "providers: {openai: {headers: {a: 1}}}",
        "1: providers.openai.headers.a: 1 is no text to YAML; write it in quotes",
    ),
    (f"{OWN}routes: [{{name: [a], incumbent: own}}]", "2: routes[0].name: "),
    ("media: {timeout_s: 0}", "1: media.timeout_s: '0' does not fit; a number above 0"),
    ("? [a, b]\n: 1", "1: is not YAML: found unhashable key"),
    ("server: {port: !!python/object/apply:os.getcwd []}", "1: is not YAML: could not determine a constr"),
    ("secret: 2024-99-99", "1: is not YAML: month must be in 1..12"),
    ("a: " + "[" * 600, "1: is nested too deeply"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text[:40] for text, _ in MISTAKES])
def test_one_mistake(tmp_path: Path, text: str, expected: str) -> None:
    [found] = problems(tmp_path, text)
    assert found.startswith(expected)


PARITY = [
    ("margin: 0", "'0' does not fit; a number above 0 and below 1 is expected here"),
    ("margin: 5", "'5' does not fit; a number above 0 and below 1 is expected here; did you mean 0.05?"),
    ("shadow: 3%", "'3%' does not fit; a number from 0 to 1 is expected here; did you mean 0.03?"),
    ("dwell: soon", "'soon' is no duration; write seconds, or 500ms, 30s, 5m, 1h, 1d"),
    ("dwell: 1w", "'1w' is no duration"),
    ("dwell: -1", "'-1' is no duration"),
    ("risk: low", "'low' is none of the values that exist: 'normal', 'high'"),
    ("approvals: -1", "'-1' does not fit; a whole number of at least 0 is expected here"),
    ("watch: 1", "'1' does not fit; a number above 1 is expected here"),
    ("mragin: 0.1", "unknown key 'mragin'; did you mean 'margin'?"),
]


@pytest.mark.parametrize(("said", "expected"), PARITY, ids=[said for said, _ in PARITY])
def test_a_mistake_deep_inside_has_its_whole_path(tmp_path: Path, said: str, expected: str) -> None:
    text = GOOD.replace("{margin: 0.1, dwell: 90s, cycle: 12, risk: high}", f"\n      {said}")
    [found] = problems(tmp_path, text)
    assert found.startswith(f"17: routes[0].parity.{said.split(':')[0]}: {expected}")


def test_all_mistakes_are_told_together_in_order(tmp_path: Path) -> None:
    text = """\
server: {prot: 1, workers: none}
models:
  - name: a
    provider: openai
  - provider: openai
    model: x
    api_key: sk-live-word
storge: x
"""
    found = problems(tmp_path, text)
    assert [re.sub(r";.*|expected.*", "", line) for line in found] == [
        "1: server.prot: unknown key 'prot'",
        "1: server.workers: 'none' does not fit",
        "3: models[0]: the key 'model' is missing",
        "5: models[1]: the key 'name' is missing",
        "7: models[1].api_key: a secret is written as a reference, ${NAME} or file:PATH, never as itself",
        "8: storge: unknown key 'storge'",
    ]
    assert not any("sk-live" in line for line in found)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"server: {port: 1", "1: is not YAML: "),
        (b"server:\n\tport: 1", "2: is not YAML: "),
        (b"a: *nobody", "1: is not YAML: found undefined alias"),
        (b"a: 1\n---\nb: 2", "2: is not YAML: "),
        (b"a: \x00", "1: is not YAML: "),
        (b"server: {host: '\xff\xfe'}", "1: is not UTF-8: "),
    ],
)
def test_a_file_that_cannot_be_read_as_yaml(tmp_path: Path, content: bytes, expected: str) -> None:
    [found] = problems(tmp_path, content)
    assert found.startswith(expected)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    [found] = problems(tmp_path, b"#" * (MAX_FILE_BYTES + 1))
    assert found == "1: the file is larger than 4194304 bytes"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1: cannot be read: No such file"):
        load(tmp_path / "none.yaml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_a_file_in_a_loop_of_aliases_ends(tmp_path: Path) -> None:
    bomb = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    found = problems(tmp_path, "a0: &a0 [x]\n" + bomb)
    assert len(found) == 30
