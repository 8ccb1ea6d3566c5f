"""`understudy models`: what is declared, what more is known, what each costs and what nobody knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from understudy.cli.main import app
from understudy.providers.catalogue import load_known

CONFIG = """
providers:
  mine: {dialect: openai_chat, base_url: https://llm.mine.example/v1, auth: none}
models:
  - {name: claude, provider: anthropic, model: claude-opus-5, api_key: "file:key"}
  - {name: priced, provider: mine, model: m, price: {input_usd: 1.5, output_usd: 2}}
  - {name: own, provider: vllm, model: llama}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    (tmp_path / "key").write_text("word", encoding="utf-8")
    return tmp_path


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["models", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def figures(folder: Path) -> dict[str, dict[str, Any]]:
    shown("--json", str(folder / "out.json"))
    return {model["name"]: model for model in json.loads((folder / "out.json").read_text(encoding="utf-8"))}


def test_declared_models_come_first_and_stand_for_their_entries(folder: Path) -> None:
    (folder / "understudy.yaml").write_text(CONFIG, encoding="utf-8")
    models = figures(folder)
    assert list(models)[:3] == ["claude", "priced", "own"]
    assert "anthropic/claude-opus-5" not in models
    claude, priced, own = (models[name] for name in ("claude", "priced", "own"))
    assert (claude["input_usd"], claude["output_usd"], claude["window"]) == (5.0, 25.0, 1_000_000)
    assert claude["source"].startswith("https://platform.claude.com/")
    assert claude["flags"] == []
    assert (priced["output_usd"], priced["source"]) == (2.0, "the operator's configuration")
    assert priced["flags"] == ["unverified"]
    assert (own["owned"], own["output_usd"], own["flags"]) == (True, None, ["price unknown"])


def test_without_a_configuration_it_lists_what_the_catalogue_knows(folder: Path) -> None:
    models = figures(folder)
    assert list(models) == ["/".join(key) for key in load_known()]
    assert not any(model["declared"] for model in models.values())
    assert "price unknown" in models["deepseek/deepseek-flash"]["flags"]
    assert models["deepseek/deepseek-flash"]["output_usd"] is None
    assert "price unknown above 272,000 tokens" in models["openai/gpt-5.4"]["flags"]
    assert models["xai/grok-4.6"]["tiers"][0]["above"] == 200_000


def test_people_see_prices_windows_sources_and_flags() -> None:
    text = shown()
    line = next(line for line in text.splitlines() if "claude-opus-5 " in line)
    for word in ("anthropic", "5", "25", "1,000,000", "platform.claude.com 2026-11-26"):
        assert word in line
    assert "price unknown (the price depends on the time of day)" in text


def test_what_a_dated_name_takes_over_is_marked_and_its_price_stays_unknown(folder: Path) -> None:
    declared = """
models:
  - {name: dated, provider: openai, model: gpt-4o-2024-08-06, api_key: "file:key"}
  - {name: own, provider: vllm, model: gpt-4o-2024-08-06}
"""
    (folder / "understudy.yaml").write_text(declared, encoding="utf-8")
    models = figures(folder)
    dated, own, bare = (models[name] for name in ("dated", "own", "openai/gpt-4o"))
    assert (dated["window"], dated["abilities"], dated["like"]) == (bare["window"], bare["abilities"], "gpt-4o")
    assert (dated["input_usd"], dated["output_usd"], dated["max_output"]) == (None, None, None)
    assert dated["flags"] == ["price unknown", "limits of gpt-4o"]
    assert (own["window"], own["like"], bare["like"]) == (None, None, None)
    assert "price unknown, limits of gpt-4o" in shown()
