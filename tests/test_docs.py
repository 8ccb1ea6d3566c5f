"""Documentation is tested: generated pages are fresh, links lead somewhere, configurations that pages show load."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.settings import load

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]


def test_generated_pages_are_what_make_docs_writes() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, timeout=120
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
