"""`understudy models`: which models are declared, which more the catalogue knows, and what each costs.

A listing of what is written down, never a call: it reads the configuration and the catalogue and asks nobody. What is
not known is flagged, so that a bill without a figure surprises no one.
"""

from collections.abc import Iterator

from rich.table import Table

from understudy.canon.money import Price, Rates, usd
from understudy.canon.value import Value
from understudy.cli.screen import ConfigOption, JsonOption, load_or_leave, out, write_json
from understudy.declared import models_of
from understudy.providers.catalogue import Found, ProviderRow, known_of
from understudy.providers.models import BUCKETS, known_price
from understudy.settings import Settings

UNVERIFIED = "unverified"
UNPRICED = "price unknown"


class Listed(Value, frozen=True, kw_only=True):
    """One line: a declared model, or one of the catalogue under the name by which it can be asked for at once.

    Prices are dollars per million tokens. `source` says where they were read, and when; `evidence` is what speaks for
    the provider's row. `like` is the model whose window and abilities are taken over: the same name of another date.
    """

    name: str
    declared: bool
    owned: bool
    provider: str
    upstream: str
    dialect: str | None
    input_usd: float | None
    output_usd: float | None
    cache_read_usd: float | None
    cache_write_usd: float | None
    cache_write_1h_usd: float | None
    tiers: tuple[dict[str, float | None], ...]
    window: int | None
    max_output: int | None
    abilities: tuple[str, ...]
    like: str | None
    source: str | None
    evidence: tuple[str, ...]
    flags: tuple[str, ...]
    note: str | None


def run(config: ConfigOption = None, json: JsonOption = None) -> None:
    """List the declared models and those that the catalogue knows, with prices, windows and where the figures are from.

    "unverified": neither a recording nor a page of documentation speaks for the provider's row. "price unknown": the
    model's cost is reported as unknown, never as 0; give it a `price` in understudy.yaml. "limits of M": nothing is
    known of a model under its date, and its window and abilities are those of M, the same name without a date or with
    the newest one that is known; a price is never taken over.
    """
    settings = load_or_leave(config)
    models = list(listed(settings))
    write_json(json, models)
    table = Table(box=None, header_style="bold")
    for name in ("name", "provider", "dialect", "$ in", "$ out", "window", "source", "flags"):
        table.add_column(
            name, no_wrap=name == "name", justify="right" if name in ("$ in", "$ out", "window") else "left"
        )
    for model in models:
        table.add_row(*_cells(model), style="" if model.declared else "dim")
    out.print(table)
    out.print("Prices are dollars per million tokens; models in grey are known and not declared.", style="dim")


def listed(settings: Settings) -> Iterator[Listed]:
    """The declared models in their order, then those of the catalogue that no declared one stands for."""
    declared = models_of(settings)
    for model in declared.values():
        found = None if model.owned else known_of(settings.known, model.provider, model.upstream)
        yield _listed(model.name, (model.provider, model.upstream), found, model.price, settings, owned=model.owned)
    taken = {(model.provider, model.upstream) for model in declared.values()}
    for key, known in settings.known.items():
        if key not in taken:
            yield _listed("/".join(key), key, Found(known), known_price(known), settings)


def _listed(
    name: str,
    key: tuple[str, str],
    found: Found | None,
    price: Price,
    settings: Settings,
    *,
    owned: bool | None = None,
) -> Listed:
    row = settings.rows.get(key[0])
    known, like = found or (None, "")
    return Listed(
        name=name,
        declared=owned is not None,
        owned=owned is True,
        provider=key[0],
        upstream=key[1],
        dialect=row.dialect if row else None,
        **_dollars(price),
        tiers=tuple({"above": tier.above, **_dollars(tier)} for tier in price.tiers),
        window=known.window if known else None,
        max_output=known.max_output if known else None,
        abilities=known.abilities if known else (),
        like=like or None,
        source=price.source or (known.cited if known else None),
        evidence=row.evidence if row else (),
        flags=(*_flags(row, price), *([f"limits of {like}"] if like else [])),
        note=known.note if known else None,
    )


def _dollars(rates: Rates) -> dict[str, float | None]:
    return {name: usd(getattr(rates, bucket)) for name, bucket in BUCKETS.items()}


def _flags(row: ProviderRow | None, price: Price) -> Iterator[str]:
    if row is None:
        yield "no provider of this name here"
    elif not row.evidence:
        yield UNVERIFIED
    if price.out is None or price.uncached_in is None:
        yield UNPRICED
    for tier in price.tiers:
        if tier.out is None or tier.uncached_in is None:
            yield f"{UNPRICED} above {tier.above:,} tokens"


def _cells(model: Listed) -> tuple[str, ...]:
    page, _, day = (model.source or "").rpartition(", ")
    host = page.split("/")[2] if "//" in page else model.source or ""
    flags = ", ".join(model.flags) + (f" ({model.note})" if model.note else "")
    return (
        model.name,
        model.provider,
        model.dialect or "",
        _figure(model.input_usd),
        _figure(model.output_usd),
        "" if model.window is None else f"{model.window:,}",
        f"{host} {day}" if "//" in page else host,
        flags,
    )


def _figure(dollars: float | None) -> str:
    return "" if dollars is None else f"{dollars:g}"
