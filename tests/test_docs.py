"""Documentation is tested: generated pages are fresh, links lead somewhere, configurations that pages show load."""

import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from understudy.cli.main import app
from understudy.declared import warned
from understudy.settings import load

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]


def test_generated_pages_are_what_make_docs_writes() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize(
    ("page", "routes"), [("README.md", ["assistant"]), ("docs/howto/coding-clients.md", ["coding", "coding-small"])]
)
def test_the_pages_configuration_is_one(tmp_path: Path, page: str, routes: list[str]) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    path = tmp_path / "understudy.yaml"
    path.write_text(block[1], encoding="utf-8")
    settings = load(path, {"ANTHROPIC_API_KEY": "key"})
    assert [route.name for route in settings.file.routes] == routes


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def joined(first: str, block: str) -> dict[str, Any]:
    """A page's first configuration with what a later block says, as its reader writes it."""
    whole: dict[str, Any] = yaml.safe_load(first)
    if block.startswith("    "):
        whole["routes"][0] |= yaml.safe_load(textwrap.dedent(block))
        return whole
    told: dict[str, Any] = yaml.safe_load(block)
    named = {model["name"]: model for model in (*whole["models"], *told.get("models", ()))}
    return whole | told | {"models": list(named.values())}


POOL_PAGE = "docs/howto/choose-from-a-pool.md"
THIRD = {"name": "third", "provider": "mistral", "model": "mistral-large"}


@pytest.mark.parametrize("place", range(len(blocks(POOL_PAGE, "yaml"))))
def test_every_configuration_of_the_pools_page_is_one(tmp_path: Path, place: int) -> None:
    found = blocks(POOL_PAGE, "yaml")
    whole = joined(found[0], found[place])
    whole["models"].append(THIRD)
    path = tmp_path / "understudy.yaml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    keys = dict.fromkeys(("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "MISTRAL_API_KEY"), "key")
    settings = load(path, keys)
    assert warned(settings) == []


JUDGE_PAGE = "docs/howto/judge-and-labels.md"


@pytest.mark.parametrize("place", range(len(blocks(JUDGE_PAGE, "yaml"))))
def test_every_configuration_of_the_judges_page_is_one(tmp_path: Path, place: int) -> None:
    found = blocks(JUDGE_PAGE, "yaml")
    own = {"name": "own", "provider": "vllm", "base_url": "http://10.0.0.5:8000/v1", "model": "my-llama", "owned": True}
    rented = {"name": "rented", "provider": "anthropic", "model": "claude-sonnet-4-5"}
    whole: dict[str, Any] = {"models": [rented, own, THIRD]} | yaml.safe_load(found[0])
    if place:
        whole["routes"][0]["parity"] = yaml.safe_load(textwrap.dedent(found[place]))
    path = tmp_path / "understudy.yaml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    settings = load(path, dict.fromkeys(("ANTHROPIC_API_KEY", "MISTRAL_API_KEY"), "key"))
    assert settings.file.routes[0].parity.judge is not None
    assert warned(settings) == []


def commands() -> list[tuple[str, list[str]]]:
    """Every `understudy …` line of a code block that is for a terminal, and the page that shows it."""
    found = []
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        text = "".join(block for language in ("console", "bash", "sh") for block in blocks(name, language))
        lines = (line.removeprefix("$ ") for line in text.splitlines())
        found += [
            (name, shlex.split(line.split("|")[0], comments=True)) for line in lines if line.startswith("understudy ")
        ]
    return found


@pytest.mark.parametrize(("page", "words"), commands(), ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_every_command_that_a_page_shows_is_one(page: str, words: list[str]) -> None:
    command: Any = get_command(app)
    rest = words[1:]
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    assert not hasattr(command, "commands"), f"{page}: {words} stops before a command"
    known = {option for param in command.params for option in param.opts}
    asked = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    assert asked <= known, f"{page}: {words}"


def test_the_readme_shows_the_one_line_first() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "base_url=" in text.split("```")[1]


def test_architecture_names_every_room() -> None:
    rooms = {path.name for path in (ROOT / "src" / "understudy").iterdir() if path.is_dir() and path.name[0] != "_"}
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [room for room in sorted(rooms) if f"`{room}`" not in text] == []


def test_no_file_is_large_and_none_is_recorded_traffic() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    large = [name for name in tracked if (ROOT / name).exists() and (ROOT / name).stat().st_size > 2_000_000]
    assert large == []
    assert not [name for name in tracked if name.endswith((".jsonl", ".parquet"))]
