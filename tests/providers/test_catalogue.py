"""The catalogue: each row can be used as it is, each figure says where it was read, and a newcomer is data."""

import ast
import datetime
import json
import re
from pathlib import Path

import msgspec
import pytest

from understudy.canon.messages import Message
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.canon.request import Request
from understudy.declared import models_of
from understudy.dialects.openai_chat import DIALECT
from understudy.gateway.attempt import target_of
from understudy.providers.catalogue import Found, KnownModel, PriceSpec, ProviderRow, known_of, load_known, load_rows
from understudy.providers.headers import AUTHS, call_headers
from understudy.providers.models import template_of
from understudy.settings import load

SOURCE = Path(__file__).parents[2] / "src" / "understudy"
ROWS = load_rows()
KNOWN = load_known()
DIALECTS = ("openai_chat", "anthropic", "gemini", "converse")


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_whole(name: str) -> None:
    row = ROWS[name]
    assert row.dialect in DIALECTS
    assert re.fullmatch(r"https?://[^\s]+[^/]", row.base_url or "https://given.by.the.operator"), "paths are appended"
    assert row.auth in AUTHS
    assert row.max_tokens > 0
    assert template_of(name, row).provider == name
    assert row.evidence, "a row that ships has a recording or a page that speaks for it"


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_reference_to_a_secret_or_is_a_server_of_this_machine(name: str) -> None:
    row = ROWS[name]
    if row.probe:
        assert row.api_key is None
        assert row.owned
        assert (row.base_url or "").startswith("http://127.0.0.1:")
    else:
        assert re.fullmatch(r"\$\{[A-Z_]+\}", row.api_key or "")
        assert not row.owned
        assert (row.base_url or "https://").startswith("https://")


def test_no_two_rows_share_a_place_or_a_maker() -> None:
    places = [row.base_url for row in ROWS.values() if row.base_url]
    makers = [row.maker for row in ROWS.values() if row.maker]
    assert len(set(places)) == len(places)
    assert len(set(makers)) == len(makers)


def test_rows_and_models_are_read_strictly() -> None:
    with pytest.raises(TypeError):
        ProviderRow(dialect="openai_chat", base_url="http://x", unheard_of=1)  # type: ignore[call-arg]
    for struct in (ProviderRow, KnownModel, PriceSpec):
        assert struct.__struct_config__.forbid_unknown_fields
    whole = {"source": "https://x.test/prices", "date": "2026-11-26"}
    assert msgspec.convert(whole, KnownModel).date == datetime.date(2026, 11, 26)
    for wrong in (
        {"source": ""},
        {"date": "soon"},
        {"abilities": ["charm"]},
        {"window": 0},
        {"price": {"input_usd": 1}},
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({**whole, **wrong}, KnownModel)


@pytest.mark.parametrize(
    "words", ["", "http://insecure.test", "recorded", "recorded: 0x exchanges", "somebody said so"]
)
def test_evidence_is_a_recording_or_a_page(words: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"dialect": "d", "evidence": [words]}, ProviderRow)


@pytest.mark.parametrize("key", KNOWN, ids="/".join)
def test_a_known_model_says_where_its_figures_are_from_and_why_one_is_missing(key: tuple[str, str]) -> None:
    provider, upstream = key
    known = KNOWN[key]
    assert provider in ROWS
    assert upstream
    assert known.date <= datetime.date.today() + datetime.timedelta(days=1)
    if known.price is None:
        assert known.note, "an unknown price says why"
        return
    assert known.price.input_usd > 0, "unknown is absent, never 0"
    assert known.price.output_usd > 0
    told = msgspec.structs.asdict(known.price)
    assert 0 not in told.values()
    bounds = [tier.above for tier in known.price.tiers]
    assert bounds == sorted(set(bounds))


def test_a_newcomer_costs_one_row_and_no_python(tmp_path: Path) -> None:
    path = tmp_path / "understudy.yaml"
    path.write_text(
        """
providers:
  newcomer:
    dialect: openai_chat
    base_url: https://llm.newcomer.example/v1
    api_key: ${NEWCOMER_KEY}
    auth: api-key
    maker: newcomer
    renames: {max_completion_tokens: max_tokens}
    unsupported: [seed]
    tool_choices: [auto]
    tool_ids: nine
    usage_on: always
models:
  - {name: fresh, provider: newcomer, model: fresh-1}
""",
        encoding="utf-8",
    )
    settings = load(path, {"NEWCOMER_KEY": "word"})
    model = models_of(settings)["fresh"]
    assert model.endpoints[0].url == "https://llm.newcomer.example/v1"
    assert call_headers(model, model.endpoints[0], settings.secrets)["api-key"] == "word"
    request = Request(
        model="fresh",
        messages=(
            Message("user", (Text("add"),)),
            Message("assistant", (ToolCall("toolu_1", "add", "{}"),)),
            Message("user", (ToolResult("toolu_1", (Text("3"),)),)),
        ),
        dialect="another",
        max_tokens=5,
        stream=True,
    )
    sent = json.loads(DIALECT.encode_request(request, target_of(model)).body)
    assert (sent["model"], sent["max_tokens"]) == ("fresh-1", 5)
    assert "stream_options" not in sent
    assert len(sent["messages"][2]["tool_call_id"]) == 9


def test_no_module_knows_a_provider_of_the_catalogue_by_name() -> None:
    """What a provider does differently is in its row: its name stands in no Python, apart from the dialects' own.

    Probing knows kinds of servers by the word that each writes of itself into its answers, whoever's row leads there.
    """
    # A maker with two dialects, and a service that signatures name.
    names = ROWS.keys() - set(DIALECTS) - {"openai", "bedrock"}
    found = []
    for room in ("canon", "dialects", "routing", "gateway", "providers", "web", "jobs"):
        for path in set((SOURCE / room).rglob("*.py")) - {SOURCE / "providers" / "probing.py"}:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
                    found.append(f"{path.relative_to(SOURCE)}: {node.value!r}")
    assert found == []


PAGE, DAY = "https://a.example/page", datetime.date(2026, 11, 26)


def row(**told: object) -> KnownModel:
    return msgspec.convert({"source": PAGE, "date": DAY, **told}, KnownModel)


DATED = {
    ("a", "m-1.5"): row(window=1000, abilities=["tools"], max_output=10, price={"input_usd": 1, "output_usd": 2}),
    ("a", "m-1.5-2024-08-06"): row(window=10),
    ("a", "n-2407"): row(window=7),
    ("a", "n-2411"): row(window=11, limits_source="https://a.example/limits", note="no price"),
    ("a", "n-0913"): row(window=9),
    ("a", "bare"): row(price={"input_usd": 1, "output_usd": 2}),
}


def test_a_name_with_a_row_has_that_row_alone() -> None:
    assert known_of(DATED, "a", "m-1.5-2024-08-06") == Found(DATED["a", "m-1.5-2024-08-06"])
    assert known_of(DATED, "a", "m-1.5") == Found(DATED["a", "m-1.5"])


def test_a_date_without_a_row_takes_over_window_and_abilities_and_never_a_price_or_the_longest_answer() -> None:
    found = known_of(DATED, "a", "m-1.5-2024-11-20")
    assert found == Found(row(window=1000, abilities=["tools"]), "m-1.5")


@pytest.mark.parametrize("name", ["n", "n-latest", "n-2501"])
def test_where_no_row_is_without_a_date_the_newest_one_speaks(name: str) -> None:
    found = known_of(DATED, "a", name)
    assert found == Found(row(window=11, source="https://a.example/limits"), "n-2411")


@pytest.mark.parametrize(
    ("provider", "name"), [("b", "m-1.5"), ("a", "m-1.5-mini-2024-08-06"), ("a", "m-2"), ("a", "bare-2024-08-06")]
)
def test_another_provider_another_model_or_a_row_without_limits_lends_nothing(provider: str, name: str) -> None:
    assert known_of(DATED, provider, name) is None
