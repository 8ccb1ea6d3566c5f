"""The catalogue: providers and the models they rent out, read from data that ships with the package.

Two files: `rows.yaml` has a row for each provider, overlaid with the operator's own; `models.yaml` has what is known
of single models. A figure is there because somebody opened the page that says it, which stands beside it with the day;
what no page said is absent, and absent never means 0. Nothing here is fetched: the operator's configuration overrides
it all.
"""

import datetime
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from understudy.canon.value import Value
from understudy.dialects.contract import TOOL_CHOICES, Only, Thoughts, ToolChoiceMode, ToolIds, UsageOn
from understudy.routing.dated import age, undated

Usd = Annotated[float, Meta(ge=0)]
Tokens = Annotated[int, Meta(gt=0)]
Ability = Literal["tools", "images", "documents", "audio", "video", "thinking", "json_schema"]
# What speaks for a row: recorded exchanges of the provider, by their number, or the page that describes its API.
Evidence = Annotated[str, Meta(pattern=r"^(recorded: [0-9]+ exchanges|https://\S+)\Z")]


class ProviderRow(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where models are reached: one row of the catalogue.

    `base_url` is absent where each customer has an address of their own, which the operator must give. `maker` is whose
    seals on thinking it gives and takes, the dialect's own where none is named. `probe` marks a server that may run on
    this machine and needs no key. `base_url_env` is the variable that clients of this provider know for moving its
    address. `tool_choices`, `tool_ids`, `usage_on`, `developer` and `thoughts` are as the dialects' targets have them.
    `media_urls` says whether it takes pictures and documents by their URLs, where its dialect can say so. `only` has
    what is different for some of its models. `slots` is how many calls a server of this kind answers at a time, as long
    as nobody set it otherwise.
    """

    dialect: str
    base_url: str | None = None
    api_key: str | None = None
    auth: str = "bearer"
    headers: dict[str, str] = {}
    renames: dict[str, str] = {}
    unsupported: tuple[str, ...] = ()
    maker: str | None = None
    max_tokens: int = 4096
    tool_choices: tuple[ToolChoiceMode, ...] = TOOL_CHOICES
    tool_ids: ToolIds = "any"
    usage_on: UsageOn = "asked"
    developer: bool = False
    thoughts: Thoughts = "chosen"
    only: tuple[Only, ...] = ()
    media_urls: bool = True
    owned: bool = False
    probe: bool = False
    slots: Annotated[int, Meta(ge=1)] | None = None
    base_url_env: str | None = None
    evidence: tuple[Evidence, ...] = ()


class TierSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dollars per million tokens where a prompt has more than `above` tokens; a bucket left out is unknown there."""

    above: Tokens
    input_usd: Usd | None = None
    output_usd: Usd | None = None
    cache_read_usd: Usd | None = None
    cache_write_usd: Usd | None = None
    cache_write_1h_usd: Usd | None = None


class PriceSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dollars per million tokens, as price lists write them. A bucket left out is unknown, not free.

    A model whose server keeps prompts (most do) reports cached tokens, and without `cache_read_usd` the cost of such an
    answer is unknown; only where input and output cost 0 do cached tokens too. `tiers` are the prices of long prompts;
    each holds for the whole request.
    """

    input_usd: Usd
    output_usd: Usd
    cache_read_usd: Usd | None = None
    cache_write_usd: Usd | None = None
    cache_write_1h_usd: Usd | None = None
    tiers: tuple[TierSpec, ...] = ()


class KnownModel(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one rented model: `source` is the page that says so, `date` the day on which it was read.

    `limits_source` is the page of window and longest answer where that is another one; `note` says why a price is not
    here, or what it leaves out.
    """

    source: Annotated[str, Meta(pattern=r"^https://\S+\Z")]
    date: datetime.date
    window: Tokens | None = None
    max_output: Tokens | None = None
    abilities: tuple[Ability, ...] = ()
    price: PriceSpec | None = None
    limits_source: Annotated[str, Meta(pattern=r"^https://\S+\Z")] | None = None
    note: str | None = None

    @property
    def cited(self) -> str:
        """The page, and the day on which it was read."""
        return f"{self.source}, {self.date}"


# Known models by provider and upstream id.
Known = Mapping[tuple[str, str], KnownModel]
NOTHING_KNOWN: Known = {}


class Found(NamedTuple):
    """What is known of a model: its own row, or, of the row named by `like`, what holds of every date of one name."""

    known: KnownModel
    like: str = ""


def known_of(known: Known, provider: str, upstream: str) -> Found | None:
    """The row of a model; of one that has none, window and abilities as the same name has them without its date.

    Where the table has that name with dates only, the newest one speaks. A price is never taken over, since snapshots
    have prices of their own, nor is the longest answer, since a limit that is too high is refused upstream.
    """
    if (exact := known.get((provider, upstream))) is not None:
        return Found(exact)
    bare = undated(upstream)
    ages = {name: age(name) for whose, name in known if whose == provider and undated(name) == bare}
    if not ages:
        return None
    like = bare if bare in ages else max(ages, key=lambda name: ages[name] or 0)
    row = known[provider, like]
    if row.window is None and not row.abilities:
        return None
    source = row.limits_source or row.source
    return Found(KnownModel(source=source, date=row.date, window=row.window, abilities=row.abilities), like)


def load_rows() -> dict[str, ProviderRow]:
    """The rows that ship with the package."""
    return msgspec.yaml.decode(_text("rows.yaml"), type=dict[str, ProviderRow])


@cache
def load_known() -> Known:
    """The models that ship with the package; read once, since nothing changes them."""
    listed = msgspec.yaml.decode(_text("models.yaml"), type=dict[str, dict[str, KnownModel]])
    return {(name, model): entry for name, models in listed.items() for model, entry in models.items()}


def _text(name: str) -> bytes:
    return resources.files("understudy.providers").joinpath(name).read_bytes()
