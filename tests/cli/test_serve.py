"""`understudy serve` and what it says when it cannot: through the real command, in a terminal of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import PATIENCE_S, get, server, start, upstream
from understudy.ports import Batch, BeliefRow
from understudy.storage.open import open_store


def understudy(
    folder: Path, *arguments: str, timeout_s: float = PATIENCE_S, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command and wait."""
    return subprocess.run(
        [sys.executable, "-m", "understudy", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


def test_with_nothing_to_serve_it_says_what_to_set_and_exits_2(tmp_path: Path) -> None:
    done = understudy(tmp_path, "serve")
    assert done.returncode == 2
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "127.0.0.1:8080", "127.0.0.1:8000", "127.0.0.1:11434"):
        assert name in done.stderr


def test_a_broken_config_lists_every_error_with_path_and_line_and_exits_2(tmp_path: Path) -> None:
    (tmp_path / "understudy.yaml").write_text(
        "server: {prot: 4000}\n"
        "models:\n"
        "  - name: a\n"
        "    provider: opnai\n"
        "    model: 7\n"
        "routes:\n"
        "  - name: r\n"
        "    incumbent: b\n",
        encoding="utf-8",
    )
    done = understudy(tmp_path, "serve")
    assert done.returncode == 2
    assert "understudy.yaml:1: server.prot: unknown key 'prot'; did you mean 'port'?" in done.stderr
    assert "understudy.yaml:4: models[0].provider: there is no provider 'opnai'; did you mean 'openai'?" in done.stderr
    assert "understudy.yaml:5: models[0].model" in done.stderr
    assert "understudy.yaml:8: routes[0].incumbent: there is no model 'b'" in done.stderr
    assert "4 problems" in done.stderr


def test_names_that_mean_nothing_are_listed_together(tmp_path: Path) -> None:
    (tmp_path / "understudy.yaml").write_text(
        "models:\n  - {name: a, provider: opnai, model: x}\nroutes:\n  - {name: r, incumbent: b, candidate: a}\n",
        encoding="utf-8",
    )
    done = understudy(tmp_path, "serve")
    assert done.returncode == 2
    assert "understudy.yaml:2: models[0].provider: there is no provider 'opnai'; did you mean 'openai'?" in done.stderr
    assert "understudy.yaml:4: routes[0].incumbent: there is no model 'b'" in done.stderr


def test_without_keys_it_refuses_any_address_but_loopback(tmp_path: Path) -> None:
    config = tmp_path / "understudy.yaml"
    config.write_text(
        "providers: {x: {dialect: openai_chat, base_url: 'http://127.0.0.1:9/v1', auth: none}}\n"
        "models: [{name: a, provider: x, model: a}]\n",
        encoding="utf-8",
    )
    done = understudy(tmp_path, "serve", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "loopback only" in done.stderr


def test_word_vectors_that_cannot_be_loaded_are_told_before_anything_starts(tmp_path: Path) -> None:
    config = tmp_path / "understudy.yaml"
    config.write_text(
        "routing: {vectors: ./vectors}\n"
        "providers: {x: {dialect: openai_chat, base_url: 'http://127.0.0.1:9/v1', auth: none}}\n"
        "models: [{name: a, provider: x, model: a}, {name: b, provider: x, model: b}]\n"
        "routes: [{name: auto, choose_from: [a, b]}]\n",
        encoding="utf-8",
    )
    done = understudy(tmp_path, "serve", "--port", "0")
    assert done.returncode == 2
    assert "vectors' holds no tokenizer.json (found: no such folder)" in done.stderr
    doctor = understudy(tmp_path, "doctor")
    assert "holds no tokenizer.json" in doctor.stdout
    # The library is hidden behind a package that cannot be imported, as if the extra were missing.
    (tmp_path / "hidden" / "tokenizers").mkdir(parents=True)
    missing = "raise ModuleNotFoundError('no', name='tokenizers')\n"
    (tmp_path / "hidden" / "tokenizers" / "__init__.py").write_text(missing, encoding="utf-8")
    bare = understudy(tmp_path, "serve", "--port", "0", PYTHONPATH=str(tmp_path / "hidden"))
    assert bare.returncode == 2
    assert "word vectors need 'tokenizers'; pip install 'understudy[vectors]'" in bare.stderr


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look at" * 40])
def test_a_foreign_file_in_place_of_the_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "understudy.db").write_bytes(content)
    (tmp_path / "understudy.yaml").write_text(
        "providers: {x: {dialect: openai_chat, base_url: 'http://127.0.0.1:9/v1', auth: none}}\n"
        "models: [{name: a, provider: x, model: a}]\n",
        encoding="utf-8",
    )
    done = understudy(tmp_path, "serve", "--port", "0")
    assert done.returncode == 2
    assert "understudy.db" in done.stderr
    assert (tmp_path / "understudy.db").read_bytes() == content
    assert understudy(tmp_path, "doctor").returncode == 1


def test_it_declares_what_it_finds_in_the_environment(tmp_path: Path) -> None:
    with upstream() as scripted:
        running = start(tmp_path, None, {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": scripted.url})
        try:
            log = (tmp_path / "server.log").read_text(encoding="utf-8")
            assert "openai: 1 models: plain" in log
            assert "sk-x" not in log
            listed = get(f"{running.url}/v1/models")
            assert [model["id"] for model in listed["data"]] == ["plain"]
            assert get(f"{running.url}/livez", accept="text/plain") == "ok"
            assert "understudy_requests" in get(f"{running.url}/metrics")
        finally:
            running.process.terminate()
            running.process.wait(PATIENCE_S)


def test_where_no_model_is_declared_the_doctor_says_what_the_server_would_find(tmp_path: Path) -> None:
    none = understudy(tmp_path, "doctor")
    assert none.returncode == 1
    assert "NO  models" in none.stdout
    assert "none can be reached from here: set OPENAI_API_KEY" in none.stdout
    with upstream() as scripted:
        found = understudy(tmp_path, "doctor", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=scripted.url)
        assert found.returncode == 0
        assert "ok  openai         1 models, which `understudy serve` declares by itself" in found.stdout
    gone = understudy(tmp_path, "doctor", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert gone.returncode == 0
    assert "hm  openai" in gone.stdout
    assert "its models could not be listed" in gone.stdout


def test_doctor_checks_config_database_and_engines(tmp_path: Path) -> None:
    with upstream() as scripted:
        (tmp_path / "understudy.yaml").write_text(
            f"providers: {{x: {{dialect: openai_chat, base_url: '{scripted.url}', auth: none}}}}\n"
            f"keys: [{{name: team, digest: {'0d' * 32}, routes: [up], budget_usd_per_day: 1}}]\n"
            "models:\n"
            "  - {name: up, provider: x, model: plian}\n"
            "  - {name: dated, provider: x, model: pla}\n"
            "  - {name: down, provider: x, model: a, base_url: 'http://127.0.0.1:9/v1'}\n",
            encoding="utf-8",
        )
        done = understudy(tmp_path, "doctor")
    assert done.returncode == 1
    assert "will be made" in done.stdout
    assert "its price is unknown" in done.stdout
    assert "hm  configuration" in done.stdout
    assert "hm  model up" in done.stdout
    assert done.stdout.count("answers (200) and does not list 'plian'; it lists plain") == 1
    assert "ok  model dated" in done.stdout
    assert "key 'team' has a budget to which answers of 'up' count nothing" in done.stdout
    assert "connection to 127.0.0.1:9 failed" in done.stdout


def test_an_incumbent_that_lacks_its_routes_tags_is_a_warning_at_start_and_for_the_doctor(tmp_path: Path) -> None:
    words = "its incumbent 'up' lacks the tag 'eu' that the route asks for"
    with upstream() as scripted:
        config = (
            f"providers: {{x: {{dialect: openai_chat, base_url: '{scripted.url}', auth: none}}}}\n"
            "models: [{name: up, provider: x, model: a}, {name: other, provider: x, model: a, tags: [eu]}]\n"
            "routes: [{name: r, choose_from: [up, other], only_tags: [eu]}, {name: s, incumbent: up}]\n"
        )
        with server(tmp_path, config) as running:
            told = (running.folder / "server.log").read_text(encoding="utf-8")
            assert told.count("warning: route 'r': " + words) == told.count("warning:") == 1
        done = understudy(tmp_path, "doctor")
        assert done.returncode == 0, done.stdout
        assert words in " ".join(done.stdout.split())
        (tmp_path / "understudy.yaml").write_text(config.replace("model: a}", "model: a, tags: [eu]}"))
        assert "lacks the tag" not in " ".join(understudy(tmp_path, "doctor").stdout.split())


def test_a_key_is_shown_once_and_only_its_digest_is_for_the_file(tmp_path: Path) -> None:
    done = understudy(tmp_path, "key", "create", "payments")
    assert done.returncode == 0
    key = next(line for line in done.stdout.splitlines() if "sk-us-" in line).split()[-1]
    assert done.stdout.count(key) == 1
    assert "name: payments" in done.stdout
    assert (tmp_path / "understudy.secret").stat().st_mode & 0o077 == 0


def test_every_command_teaches(tmp_path: Path) -> None:
    for command in ("", "serve", "demo", "doctor", "key create", "parity status", "parity show", "parity replay"):
        done = understudy(tmp_path, *command.split(), "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_words_that_another_secret_sealed_are_told_of_and_end_in_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "understudy.yaml").write_text(
        "models:\n"
        '  - {name: own, provider: vllm, base_url: "http://127.0.0.1:9/v1", model: m, owned: true}\n'
        '  - {name: rented, provider: vllm, base_url: "http://127.0.0.1:9/v1", model: n}\n'
        "routes:\n"
        "  - {name: auto, choose_from: [own, rented]}\n",
        encoding="utf-8",
    )
    row = BeliefRow(tenant="t", route="auto", version="1", at_s=1.0, since_s=0.0, words="won", body=b"weights")
    store = open_store(f"sqlite:///{tmp_path}/understudy.db", secret=b"the secret of then")
    store.enter(Batch(beliefs=(row,)))
    store.close()
    done = understudy(tmp_path, "route", "status")
    assert done.returncode == 2, done.stderr
    assert "sealed under another secret; the setting `secret` must name the one that the server had" in done.stderr
    assert "Traceback" not in done.stderr
    refused = understudy(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 2, refused.stderr
    assert "sealed under another secret" in refused.stderr
    assert "If that secret is lost, `understudy serve --forget-sealed` deletes what it sealed" in refused.stderr
    running = start(tmp_path, None, {}, "--forget-sealed")
    running.process.terminate()
    running.process.wait(PATIENCE_S)
    assert "deleted: 1 rows that were sealed" in (tmp_path / "server.log").read_text(encoding="utf-8")
    assert understudy(tmp_path, "route", "status").returncode == 0
