"""The catalogue: every row that ships can be used as it is."""

import re

import pytest

from understudy.providers.catalogue import ProviderRow, load_rows
from understudy.providers.models import template_of

ROWS = load_rows()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_whole(name: str) -> None:
    row = ROWS[name]
    assert row.dialect in ("openai_chat", "anthropic")
    assert re.fullmatch(r"https?://[^\s]+[^/]", row.base_url), "paths are appended to it"
    assert row.auth in ("bearer", "x-api-key", "none")
    assert row.max_tokens > 0
    assert template_of(name, row).provider == name


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_reference_to_a_secret_or_is_a_server_of_this_machine(name: str) -> None:
    row = ROWS[name]
    if row.probe:
        assert row.api_key is None
        assert row.owned
        assert row.base_url.startswith("http://127.0.0.1:")
    else:
        assert re.fullmatch(r"\$\{[A-Z_]+\}", row.api_key or "")
        assert not row.owned
        assert row.base_url.startswith("https://")


def test_rows_are_read_strictly() -> None:
    with pytest.raises(TypeError):
        ProviderRow(dialect="openai_chat", base_url="http://x", unheard_of=1)  # type: ignore[call-arg]
    assert ProviderRow.__struct_config__.forbid_unknown_fields
