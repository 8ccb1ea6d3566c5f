"""Files that the tests of the settings read, and what comes of reading one."""

from pathlib import Path

import pytest

from understudy.settings import Settings, load
from understudy.settings.reading import ConfigError

GOOD = """\
server: {port: 4321}
storage: sqlite:///data/books.db
secret: file:server.secret
models:
  - name: rented
    provider: openai
    model: gpt-4.1
    price: {input_usd: 2.0, output_usd: 8.0}
  - name: own
    provider: llama_cpp
    model: own-7b
routes:
  - name: support
    incumbent: rented
    candidate: own
    parity: {margin: 0.1, dwell: 90s, cycle: 12, risk: high}
keys:
  - {name: team, digest: abababababababababababababababababababababababababababababababab, routes: [support]}
"""
OWN = "models: [{name: own, provider: llama_cpp, model: m}]\n"
POOL = """\
models:
  - {name: own, provider: vllm, model: m, base_url: "http://127.0.0.1:1/v1"}
  - {name: rented, provider: openai, model: gpt, api_key: "${KEY}"}
routes:
  - {name: auto, %s}
"""
KEY = {"OPENAI_API_KEY": "sk-live-word"}


def loaded(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Settings:
    path = folder / "understudy.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, KEY if environ is None else environ)


def problems(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a file, as `line: path: message`."""
    with pytest.raises(ConfigError) as raised:
        loaded(folder, text, environ)
    prefix = f"{folder / 'understudy.yaml'}:"
    lines = str(raised.value).split("\n")
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]
