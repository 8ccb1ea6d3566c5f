"""Secrets: had by reference, missed with a remedy, never shown."""

from pathlib import Path

from tests.settings.files import GOOD, KEY, loaded, problems

from understudy.settings.secrets import Secrets, secret_value


def test_a_secret_that_is_needed_and_missing_has_a_remedy(tmp_path: Path) -> None:
    expected = "5: models[0]: model 'rented' has no secret: set OPENAI_API_KEY in the environment"
    assert problems(tmp_path, GOOD, {}) == [expected]
    assert problems(tmp_path, GOOD, {"OPENAI_API_KEY": ""}) == [expected]
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n    api_key: file:keys/one\n")
    assert problems(tmp_path, text) == ["5: models[0]: model 'rented' has no secret: write it to 'keys/one'"]


def test_the_servers_own_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    text = GOOD.replace("secret: file:server.secret", "secret: ${WORD}")
    environ = {"OPENAI_API_KEY": "k", "WORD": "w"}
    assert loaded(tmp_path, text, environ).secrets["${WORD}"] == "w"
    assert problems(tmp_path, text) == ["3: secret: the server has no secret: set WORD in the environment"]


def test_a_deployments_own_secret_is_needed_too(tmp_path: Path) -> None:
    more = "    deployments: [{base_url: 'https://x', api_key: '${OTHER}'}, {base_url: 'https://y'}]\n"
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n" + more)
    assert problems(tmp_path, text) == ["5: models[0]: model 'rented' has no secret: set OTHER in the environment"]
    made = loaded(tmp_path, text, {**KEY, "OTHER": "o"})
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word", "${OTHER}": "o"}


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("  word\n")
    (tmp_path / "empty").write_text("\n")
    assert secret_value("file:one", {}, tmp_path) == "word"
    assert secret_value(f"file:{tmp_path}/one", {}, Path("/")) == "word"
    assert secret_value("file:empty", {}, tmp_path) is None
    assert secret_value("file:none", {}, tmp_path) is None
    assert secret_value("${A}", {"A": "b"}, tmp_path) == "b"
    assert secret_value("${A}", {"A": ""}, tmp_path) is None


def test_a_secret_file_that_is_not_text_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"\xff\xfe\x00")
    assert secret_value("file:one", {}, tmp_path) is None


def test_secrets_never_show(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD)
    for shown in (repr(made), str(made), repr(made.secrets), str(made.secrets), f"{made.secrets}", repr(made.file)):
        assert "sk-live-word" not in shown
    assert repr(Secrets({"a": "b"})) == "<1 secrets>"
