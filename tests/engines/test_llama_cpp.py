"""The engine in a real child process: up and down, its key, its last words, and that it never outlives its parent."""

import hashlib
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from understudy.engines.llama_cpp import HOST, EngineFailed, LlamaCpp, build_of, free_port, parser

MODEL = Path(str(resources.files("understudy").joinpath("demo", "own.gguf")))


def asked(engine: LlamaCpp, key: str) -> int:
    """The status of a completion asked for with that key."""
    body = b'{"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}'
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(engine.url + "/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            assert msgspec.json.decode(answer.read())["choices"]
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_a_model_is_up_behind_its_key_and_gone_afterwards() -> None:
    with LlamaCpp(MODEL, key="word", slots=1, context=64, threads=1) as engine:
        assert engine.url == f"http://127.0.0.1:{engine.port}/v1"
        assert asked(engine, "word") == 200
        assert asked(engine, "other") == 401
    assert not listens(engine.port)
    engine.stop()  # once more does no harm


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr("understudy.engines.llama_cpp.START_TIMEOUT_S", 120.0)
    with LlamaCpp(MODEL, key="word", slots=1, context=64, threads=1) as engine:
        assert listens(engine.port)


@pytest.mark.parametrize("content", [None, b"these are no weights"], ids=["missing", "no GGUF"])
def test_a_file_that_is_no_model_fails_with_the_engines_last_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineFailed) as raised, LlamaCpp(path, key="word"):
        pytest.fail("it came up")
    assert "llama.cpp ended with status 1: " in str(raised.value)
    assert str(path) in str(raised.value)


def test_an_engine_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.engines.llama_cpp.START_TIMEOUT_S", 0.0)
    engine = LlamaCpp(MODEL, key="word")
    with pytest.raises(EngineFailed, match="not up within 0 s"), engine:
        pytest.fail("it came up")
    assert not listens(engine.port)


def test_the_child_ends_when_its_parent_does() -> None:
    command = [sys.executable, "-m", "understudy.engines.llama_cpp", str(MODEL), "--port", str(free_port())]
    with subprocess.Popen(
        [*command, "--slots", "1", "--context", "64"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        try:
            child.communicate(b"word\n", timeout=300)
        finally:
            child.kill()
        assert child.returncode == 0


def test_the_key_is_no_argument() -> None:
    options = {option for action in parser()._actions for option in action.option_strings}
    assert options == {"-h", "--help", "--port", "--slots", "--context", "--threads"}
    arguments = parser().parse_args(["m.gguf", "--port", "1"])
    assert (arguments.model, arguments.port, arguments.slots, arguments.context) == ("m.gguf", 1, 4, 1024)


def test_a_build_is_the_digest_of_the_weights(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"x" * (2 << 20))
    two.write_bytes(b"x" * (2 << 20) + b"y")
    assert build_of(one) == "gguf-sha256:" + hashlib.sha256(one.read_bytes()).hexdigest()[:16]
    assert build_of(one) != build_of(two)
    with pytest.raises(FileNotFoundError):
        build_of(tmp_path / "three")


def test_a_free_port_can_be_taken() -> None:
    with socket.socket() as listening:
        listening.bind((HOST, free_port()))
