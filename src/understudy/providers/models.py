"""Models as the operator declares them, made into the board's models: a spec laid over its provider's row."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from understudy.canon.money import UNKNOWN_PRICE, Price, per_million
from understudy.canon.value import Value
from understudy.providers.catalogue import ProviderRow
from understudy.routing.board import Endpoint, Model, Name

SecretRef = Annotated[str, Meta(pattern=r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)\Z")]
Url = Annotated[str, Meta(pattern=r"^https?://")]
Usd = Annotated[float, Meta(ge=0)]


class PriceSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dollars per million tokens, as price lists write them. A bucket left out is unknown, not free."""

    input_usd: Usd
    output_usd: Usd
    cache_read_usd: Usd | None = None
    cache_write_usd: Usd | None = None
    cache_write_1h_usd: Usd | None = None


class DeploymentSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more place where the same model is served."""

    base_url: Url
    api_key: SecretRef | None = None


class ModelSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model: a provider's row, the id upstream, and what differs from the row.

    `may_train` and `may_evaluate` say what its answers may be used for; an own model's may train unless this says no,
    a rented one's only if this says so, since most contracts forbid it.
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


class ProviderSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of a catalogue row that the operator changes, or a new row (then with dialect and base_url)."""

    dialect: str | None = None
    base_url: Url | None = None
    api_key: SecretRef | None = None
    auth: str | None = None
    headers: dict[str, str] | None = None
    renames: dict[str, str] | None = None
    unsupported: tuple[str, ...] | None = None
    maker: str | None = None
    max_tokens: int | None = None
    owned: bool | None = None


def overlay(row: ProviderRow | None, spec: ProviderSpec) -> ProviderRow | None:
    """The row with the operator's fields over it; None if a new row lacks dialect or base_url."""
    said = {name: value for name, value in msgspec.structs.asdict(spec).items() if value is not None}
    if row is not None:
        return msgspec.structs.replace(row, **said)
    if "dialect" not in said or "base_url" not in said:
        return None
    return ProviderRow(**said)


def model_of(spec: ModelSpec, row: ProviderRow) -> Model:
    """The board's model for a declared one."""
    owned = row.owned if spec.owned is None else spec.owned
    places = (DeploymentSpec(base_url=spec.base_url or row.base_url, api_key=spec.api_key or row.api_key),)
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
        max_tokens=spec.max_tokens or row.max_tokens,
        owned=owned,
        build=spec.build or spec.model,
        may_train=owned if spec.may_train is None else spec.may_train,
        may_evaluate=spec.may_evaluate,
        price=price_of(spec.price),
    )


def template_of(provider: str, row: ProviderRow) -> Model:
    """What `provider/upstream-id` is made from: the row, with the id still open."""
    return model_of(ModelSpec(name=provider, provider=provider, model=""), row)


def price_of(spec: PriceSpec | None) -> Price:
    """The price in nano-dollars; unknown stays unknown."""
    if spec is None:
        return UNKNOWN_PRICE
    return Price(
        uncached_in=per_million(spec.input_usd),
        cache_read=_or_none(spec.cache_read_usd),
        cache_write_5m=_or_none(spec.cache_write_usd),
        cache_write_1h=_or_none(spec.cache_write_1h_usd),
        out=per_million(spec.output_usd),
        source="the operator's configuration",
    )


def _or_none(usd: float | None) -> int | None:
    return None if usd is None else per_million(usd)


def reachable(rows: Mapping[str, ProviderRow], secrets: Mapping[str, str]) -> dict[str, Model]:
    """Templates of all providers whose secret is there, or that need none: on this machine, or with `auth: none`."""
    return {
        name: template_of(name, row)
        for name, row in rows.items()
        if (row.api_key in secrets if row.api_key else row.probe or row.auth == "none")
    }
