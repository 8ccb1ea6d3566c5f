"""Models as the operator declares them, made into the board's models: a spec laid over its provider's row."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from understudy.canon.money import UNKNOWN_PRICE, Price, Tier, per_million
from understudy.canon.value import Value
from understudy.dialects.contract import Only, Thoughts, ToolChoiceMode, ToolIds, UsageOn
from understudy.providers.catalogue import NOTHING_KNOWN, Ability, Known, KnownModel, PriceSpec, ProviderRow, TierSpec
from understudy.routing.board import Endpoint, Model, Name, Tag

SecretRef = Annotated[
    str,
    Meta(
        pattern=r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)\Z",
        description="a secret is written as a reference, ${{NAME}} or file:PATH, never as itself",
    ),
]
Url = Annotated[str, Meta(pattern=r"^https?://", description="{0!r} is no address; it starts with http:// or https://")]
# What price lists write, in dollars, and the bucket that it prices.
BUCKETS = {
    "input_usd": "uncached_in",
    "output_usd": "out",
    "cache_read_usd": "cache_read",
    "cache_write_usd": "cache_write_5m",
    "cache_write_1h_usd": "cache_write_1h",
}
# Where a price comes from that the operator wrote.
OPERATOR = "the operator's configuration"


class DeploymentSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more place where the same model is served."""

    base_url: Url
    api_key: SecretRef | None = None


class ModelSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model: a provider's row, the id upstream, and what differs from the row.

    `may_train` and `may_evaluate` say what its answers may be used for; an own model's may train unless this says no,
    a rented one's only if this says so, since most contracts forbid it. `tags` are words of your own, such as where it
    stands; keys and routes may ask for them. `slots` is how many calls it answers at a time at its first place (its
    server's `--parallel` or the like): comparisons are asked only where that leaves room for callers. Where nothing is
    said a vLLM has 128 and an SGLang 64, and any other own model is asked while it answers nobody.
    """

    name: Name
    provider: str
    model: str
    base_url: Url | None = None
    api_key: SecretRef | None = None
    deployments: tuple[DeploymentSpec, ...] = ()
    owned: bool | None = None
    build: str | None = None
    price: PriceSpec | None = None
    may_train: bool | None = None
    may_evaluate: bool = True
    max_tokens: Annotated[int, Meta(gt=0)] | None = None
    tags: tuple[Tag, ...] = ()
    slots: Annotated[int, Meta(ge=1)] | None = None


class ProviderSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of a catalogue row that the operator changes, or a new row (then with dialect and base_url).

    `media_urls: false` says of a provider that it takes pictures and documents only inline; see media.
    """

    dialect: str | None = None
    base_url: Url | None = None
    api_key: SecretRef | None = None
    auth: str | None = None
    headers: dict[str, str] | None = None
    renames: dict[str, str] | None = None
    unsupported: tuple[str, ...] | None = None
    maker: str | None = None
    max_tokens: int | None = None
    tool_choices: tuple[ToolChoiceMode, ...] | None = None
    tool_ids: ToolIds | None = None
    usage_on: UsageOn | None = None
    developer: bool | None = None
    thoughts: Thoughts | None = None
    only: tuple[Only, ...] | None = None
    media_urls: bool | None = None
    owned: bool | None = None


def overlay(row: ProviderRow | None, spec: ProviderSpec) -> ProviderRow | None:
    """The row with the operator's fields over it; None if a new row lacks dialect or base_url."""
    said = {name: value for name, value in msgspec.structs.asdict(spec).items() if value is not None}
    if row is not None:
        return msgspec.structs.replace(row, **said)
    if "dialect" not in said or "base_url" not in said:
        return None
    return ProviderRow(**said)


def model_of(spec: ModelSpec, row: ProviderRow, known: KnownModel | None = None) -> Model:
    """The board's model for a declared one; what the catalogue knows of it counts where the operator says nothing.

    An own model never has the price of the rented one whose name it bears.
    """
    owned = row.owned if spec.owned is None else spec.owned
    known = None if owned else known
    places = (DeploymentSpec(base_url=spec.base_url or row.base_url or "", api_key=spec.api_key or row.api_key),)
    return Model(
        name=spec.name,
        provider=spec.provider,
        upstream=spec.model,
        dialect=row.dialect,
        endpoints=tuple(
            Endpoint(place.base_url.rstrip("/"), place.api_key or places[0].api_key)
            for place in places + spec.deployments
        ),
        maker=row.maker or row.dialect,
        auth=row.auth,
        headers=row.headers,
        renames=row.renames,
        unsupported=row.unsupported,
        max_tokens=spec.max_tokens or (known.max_output if known else None) or row.max_tokens,
        tool_choices=row.tool_choices,
        tool_ids=row.tool_ids,
        usage_on=row.usage_on,
        developer=row.developer,
        thoughts=row.thoughts,
        only=row.only,
        media_urls=row.media_urls,
        owned=owned,
        build=spec.build or spec.model,
        may_train=owned if spec.may_train is None else spec.may_train,
        may_evaluate=spec.may_evaluate,
        tags=spec.tags,
        slots=spec.slots or row.slots,
        window=known.window if known else None,
        images=_able(known, "images"),
        tools=_able(known, "tools"),
        price=price_of(spec.price) if spec.price or known is None else known_price(known),
    )


def _able(known: KnownModel | None, ability: Ability) -> bool | None:
    """Whether a model is known to have an ability; None where nothing is said of its abilities."""
    return ability in known.abilities if known is not None and known.abilities else None


def template_of(provider: str, row: ProviderRow) -> Model:
    """What `provider/upstream-id` is made from: the row, with the id still open."""
    return model_of(ModelSpec(name=provider, provider=provider, model=""), row)


def price_of(spec: PriceSpec | None, source: str = OPERATOR) -> Price:
    """The price in nano-dollars; unknown stays unknown, but of what costs nothing cached tokens cost nothing too."""
    if spec is None:
        return UNKNOWN_PRICE
    buckets = _buckets(spec)
    if not (spec.input_usd or spec.output_usd or spec.tiers):
        buckets = {bucket: rate or 0 for bucket, rate in buckets.items()}
    tiers = tuple(Tier(above=tier.above, **_buckets(tier)) for tier in spec.tiers)
    return Price(**buckets, source=source, tiers=tiers)


def known_price(known: KnownModel) -> Price:
    """The price that the catalogue gives."""
    return price_of(known.price, known.cited)


def _buckets(spec: PriceSpec | TierSpec) -> dict[str, int | None]:
    told = {bucket: getattr(spec, name) for name, bucket in BUCKETS.items()}
    return {bucket: None if usd is None else per_million(usd) for bucket, usd in told.items()}


def reachable(
    rows: Mapping[str, ProviderRow], secrets: Mapping[str, str], known: Known = NOTHING_KNOWN
) -> dict[str, Model]:
    """Templates of all providers whose secret is there, or that need none: on this machine, or with `auth: none`.

    Beside each stand its known models, each under `provider/upstream-id`.
    """
    templates: dict[str, Model] = {}
    for name, row in rows.items():
        if row.base_url and (row.api_key in secrets if row.api_key else row.probe or row.auth == "none"):
            templates[name] = template_of(name, row)
    for (name, upstream), model in known.items():
        if name in templates:
            spec = ModelSpec(name=f"{name}/{upstream}", provider=name, model=upstream)
            templates[spec.name] = model_of(spec, rows[name], model)
    return templates
