"""Declared models: what the operator says lies over what the catalogue knows, and unknown stays unknown."""

import msgspec
import pytest

from understudy.canon.money import UNKNOWN_PRICE, cost
from understudy.canon.usage import Usage
from understudy.dialects.contract import Only
from understudy.providers.catalogue import KnownModel, PriceSpec, ProviderRow, TierSpec
from understudy.providers.models import (
    OPERATOR,
    DeploymentSpec,
    ModelSpec,
    ProviderSpec,
    SecretRef,
    Url,
    model_of,
    overlay,
    price_of,
    reachable,
    template_of,
)
from understudy.routing.board import Endpoint

ROW = ProviderRow(
    dialect="openai_chat",
    base_url="https://cloud.test/v1/",
    api_key="${CLOUD}",
    headers={"version": "1"},
    renames={"a": "b"},
    unsupported=("seed",),
    max_tokens=100,
)


def spec(**said: object) -> ModelSpec:
    return msgspec.convert({"name": "m", "provider": "cloud", "model": "m-1", **said}, ModelSpec)


@pytest.mark.parametrize("ref", ["${A}", "${_a1}", "file:secret", "file:/run/x y"])
def test_references_to_secrets(ref: str) -> None:
    assert msgspec.convert(ref, SecretRef) == ref


@pytest.mark.parametrize("ref", ["sk-live-1", "$A", "${}", "${1A}", "${A}x", "${A}\n", "file:", "x file:y", "file:a\n"])
def test_a_secret_itself_is_no_reference(ref: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(ref, SecretRef)


@pytest.mark.parametrize("url", ["cloud.test/v1", "ftp://x", " https://x"])
def test_an_address_is_http(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(url, Url)


def test_a_model_takes_after_its_row() -> None:
    model = model_of(spec(), ROW)
    assert (model.name, model.provider, model.upstream, model.dialect) == ("m", "cloud", "m-1", "openai_chat")
    assert model.endpoints == (Endpoint("https://cloud.test/v1", "${CLOUD}"),)
    assert (model.headers, model.renames, model.unsupported) == (ROW.headers, ROW.renames, ROW.unsupported)
    assert (model.maker, model.build, model.max_tokens, model.owned) == ("openai_chat", "m-1", 100, False)
    assert model.price is UNKNOWN_PRICE


def test_what_a_model_says_itself_wins() -> None:
    said = {"base_url": "http://mine.test/", "api_key": "file:k", "owned": True, "build": "b2", "max_tokens": 7}
    model = model_of(spec(**said), ROW)
    assert model.endpoints == (Endpoint("http://mine.test", "file:k"),)
    assert (model.owned, model.build, model.max_tokens) == (True, "b2", 7)


def test_how_many_calls_a_model_answers_is_the_operators_word_else_its_kind_of_servers() -> None:
    batching = msgspec.structs.replace(ROW, slots=64)
    assert [model_of(spec(), row).slots for row in (ROW, batching)] == [None, 64]
    assert model_of(spec(slots=2), batching).slots == 2


def test_a_model_may_disown_what_its_row_owns() -> None:
    owned = msgspec.structs.replace(ROW, owned=True)
    assert model_of(spec(), owned).owned
    assert not model_of(spec(owned=False), owned).owned


def test_more_deployments_share_the_key_unless_they_have_their_own() -> None:
    more = (DeploymentSpec(base_url="https://two.test/"), DeploymentSpec(base_url="https://three.test", api_key="${T}"))
    model = model_of(msgspec.structs.replace(spec(), deployments=more), ROW)
    assert model.endpoints == (
        Endpoint("https://cloud.test/v1", "${CLOUD}"),
        Endpoint("https://two.test", "${CLOUD}"),
        Endpoint("https://three.test", "${T}"),
    )


def test_a_rows_maker_is_whose_seals_it_takes() -> None:
    assert model_of(spec(), msgspec.structs.replace(ROW, maker="other")).maker == "other"


def test_prices_are_kept_in_nano_dollars_and_a_bucket_left_out_is_unknown() -> None:
    price = price_of(PriceSpec(input_usd=0.15, output_usd=0.6, cache_read_usd=0.0))
    assert (price.uncached_in, price.out, price.cache_read) == (150_000_000, 600_000_000, 0)
    assert (price.cache_write_5m, price.cache_write_1h) == (None, None)
    written = price_of(PriceSpec(input_usd=1, output_usd=1, cache_write_usd=2, cache_write_1h_usd=3))
    assert (written.cache_write_5m, written.cache_write_1h) == (2_000_000_000, 3_000_000_000)
    assert price_of(None) is UNKNOWN_PRICE


def test_cached_tokens_of_a_model_that_costs_nothing_cost_nothing() -> None:
    cached = Usage(uncached_in=10, cache_read=90, cache_write_1h=5, out=20)
    assert cost(cached, price_of(PriceSpec(input_usd=0, output_usd=0))) == 0
    assert cost(cached, price_of(PriceSpec(input_usd=0, output_usd=0.1))) is None
    long = price_of(PriceSpec(input_usd=0, output_usd=0, tiers=(TierSpec(above=50),)))
    assert cost(cached, long) is None, "what long prompts cost is another matter"


@pytest.mark.parametrize(
    "said", [{"price": {"input_usd": -1, "output_usd": 1}}, {"price": {"input_usd": 1}}, {"max_tokens": 0}, {"nmae": 1}]
)
def test_nonsense_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        spec(**said)


def test_the_operators_fields_lie_over_a_row() -> None:
    changed = overlay(ROW, ProviderSpec(base_url="http://gate.test", headers={}, owned=False))
    assert changed == msgspec.structs.replace(ROW, base_url="http://gate.test", headers={})
    assert overlay(ROW, ProviderSpec()) == ROW


def test_a_new_row_needs_a_dialect_and_an_address() -> None:
    assert overlay(None, ProviderSpec(dialect="d", base_url="http://x")) == ProviderRow(
        dialect="d", base_url="http://x"
    )
    assert overlay(None, ProviderSpec(dialect="d")) is None
    assert overlay(None, ProviderSpec(base_url="http://x")) is None


def test_only_what_can_be_reached_from_here_is_a_template() -> None:
    here = ProviderRow(dialect="d", base_url="http://127.0.0.1:1", probe=True)
    rows = {"cloud": ROW, "here": here, "keyless": msgspec.structs.replace(ROW, api_key=None)}
    assert list(reachable(rows, {})) == ["here"]
    found = reachable(rows, {"${CLOUD}": "x"})
    assert list(found) == ["cloud", "here"]
    assert found["cloud"] == template_of("cloud", ROW)
    assert (found["cloud"].name, found["cloud"].upstream) == ("cloud", "")


KNOWN = msgspec.convert(
    {
        "source": "https://cloud.test/prices",
        "date": "2026-11-26",
        "max_output": 64,
        "price": {"input_usd": 1, "output_usd": 2, "tiers": [{"above": 9, "input_usd": 3}]},
    },
    KnownModel,
)


def test_the_catalogues_price_counts_where_the_operator_gives_none() -> None:
    model = model_of(spec(), ROW, KNOWN)
    assert (model.price.uncached_in, model.price.out) == (1_000_000_000, 2_000_000_000)
    assert model.price.source == "https://cloud.test/prices, 2026-11-26"
    assert [(tier.above, tier.uncached_in, tier.out) for tier in model.price.tiers] == [(9, 3_000_000_000, None)]
    said = model_of(spec(price={"input_usd": 7, "output_usd": 8}), ROW, KNOWN)
    assert (said.price.uncached_in, said.price.source) == (7_000_000_000, OPERATOR)
    assert said.price.tiers == ()


def test_T60_the_longest_answer_is_the_catalogues_unless_the_operator_sets_one() -> None:
    assert model_of(spec(), ROW, KNOWN).max_tokens == 64
    assert model_of(spec(max_tokens=7), ROW, KNOWN).max_tokens == 7
    assert model_of(spec(), ROW, msgspec.structs.replace(KNOWN, max_output=None)).max_tokens == 100


def test_R22_a_known_model_without_a_price_has_an_unknown_one() -> None:
    assert model_of(spec(), ROW, msgspec.structs.replace(KNOWN, price=None)).price == UNKNOWN_PRICE


def test_an_own_model_never_has_the_price_of_the_rented_one_whose_name_it_bears() -> None:
    model = model_of(spec(owned=True), ROW, KNOWN)
    assert model.price is UNKNOWN_PRICE
    assert model.max_tokens == 100


def test_known_models_of_reachable_providers_stand_beside_the_templates() -> None:
    known = {("cloud", "maker/m-1"): KNOWN, ("elsewhere", "m-2"): KNOWN}
    found = reachable({"cloud": ROW}, {"${CLOUD}": "x"}, known)
    assert list(found) == ["cloud", "cloud/maker/m-1"]
    assert found["cloud/maker/m-1"].upstream == "maker/m-1"
    assert found["cloud/maker/m-1"].price.out == 2_000_000_000
    assert found["cloud"].price is UNKNOWN_PRICE
    assert reachable({"cloud": ROW}, {}, known) == {}


def test_a_provider_without_an_address_is_no_template() -> None:
    row = msgspec.structs.replace(ROW, base_url=None)
    assert reachable({"cloud": row}, {"${CLOUD}": "x"}) == {}
    assert model_of(spec(base_url="https://mine.test/v1"), row).endpoints[0].url == "https://mine.test/v1"


def test_a_rows_quirks_reach_the_model() -> None:
    row = msgspec.structs.replace(
        ROW,
        tool_choices=("auto",),
        tool_ids="nine",
        usage_on="always",
        media_urls=False,
        developer=True,
        thoughts="required",
        only=(Only(names=("m*",), renames={"a": "b"}),),
    )
    model = model_of(spec(), row)
    assert (model.tool_choices, model.tool_ids, model.usage_on) == (("auto",), "nine", "always")
    assert (model.media_urls, model_of(spec(), ROW).media_urls) == (False, True)
    assert model.developer
    assert (model.thoughts, model_of(spec(), ROW).thoughts) == ("required", "chosen")
    assert model.only == row.only
