"""The file: what is left out has its default."""

from pathlib import Path

import pytest
from tests.settings.files import loaded

from understudy.providers.catalogue import load_rows
from understudy.settings.file import File


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "---\n", "{}"])
def test_an_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    made = loaded(tmp_path, text, {})
    assert made.file == File()
    assert made.rows == load_rows()
    assert (made.file.server.host, made.file.server.port, made.file.server.workers) == ("127.0.0.1", 4000, 1)
    assert (made.file.timeouts.connect_s, made.file.timeouts.total_s) == (5.0, 600.0)
    assert (made.database, made.spool) == (f"sqlite:///{tmp_path}/understudy.db", tmp_path / "understudy.spool")


def test_sections_left_empty_are_defaults_too(tmp_path: Path) -> None:
    assert loaded(tmp_path, "server:\nmodels:\nroutes:\nkeys: []\n", {}).file == File()


def test_media_are_fetched_from_nowhere_unless_hosts_are_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", {}).file.media.fetch == ()
    hosts = "[a.example.com, '*.b.example', 'c.example:8443', '[fd00:1::2]:8443', 10.1.2.3, '*']"
    made = loaded(tmp_path, f"media: {{fetch: {hosts}, private: [10.0.0.0/8, 'fd00:1::/32'], http: true}}", {})
    assert len(made.file.media.fetch) == 6
    assert made.file.media.private == ("10.0.0.0/8", "fd00:1::/32")
