"""The board: everything that changes rarely and is read on every request, as one frozen value.

Jobs build it, every worker swaps it whole, and the corridor reads it without waiting. What changes with every request
lives in the ledger.
"""

from typing import Annotated

from msgspec import Meta

from understudy.canon.money import UNKNOWN_PRICE, Price
from understudy.canon.value import Value
from understudy.dialects.contract import TOOL_CHOICES, Only, Thoughts, ToolChoiceMode, ToolIds, UsageOn
from understudy.routing.beliefs import Learned, Strata, Unserved
from understudy.routing.priors import Prior
from understudy.stats.vectors import Vectors

# What a model may be called: it becomes part of URLs, headers and metric labels.
Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\Z",
        description="{0!r} is no name; write 1 to 128 letters, digits, '.', '_', ':', '-'",
    ),
]


# A word of the operator's for what models have in common.
Tag = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z",
        description="a word here is 1 to 64 letters, digits, '.', '_', '-'",
    ),
]


class Endpoint(Value, frozen=True):
    """One place where a model is served. `key` names the secret that opens it; the secret itself is never here."""

    url: str
    key: str | None = None


class Model(Value, frozen=True, kw_only=True):
    """Something that answers: where, in which dialect, at which price, whose it is, what its answers may serve for."""

    name: str
    provider: str
    upstream: str
    dialect: str
    endpoints: tuple[Endpoint, ...]
    maker: str
    auth: str = "bearer"
    headers: dict[str, str] = {}
    renames: dict[str, str] = {}
    unsupported: tuple[str, ...] = ()
    max_tokens: int = 4096
    tool_choices: tuple[ToolChoiceMode, ...] = TOOL_CHOICES
    tool_ids: ToolIds = "any"
    usage_on: UsageOn = "asked"
    developer: bool = False
    thoughts: Thoughts = "chosen"
    only: tuple[Only, ...] = ()
    media_urls: bool = True
    owned: bool = False
    build: str = ""
    price: Price = UNKNOWN_PRICE
    may_train: bool = False
    may_evaluate: bool = True
    tags: tuple[str, ...] = ()
    # How many calls it answers at a time; None where nobody said.
    slots: int | None = None
    # What it can take; None where nobody said.
    window: int | None = None
    images: bool | None = None
    tools: bool | None = None

    @property
    def free(self) -> bool:
        """Whether it is known to cost nothing, whatever is asked."""
        price = self.price
        rest = (price.cache_read, price.cache_write_5m, price.cache_write_1h)
        return (price.uncached_in, price.out) == (0, 0) and not any(rest) and not price.tiers


class Route(Value, frozen=True, kw_only=True):
    """A name that callers put in `model`. `shadow` is the largest share of requests that both models answer, in [0, 1].

    `labels` is the share of compared units that people are asked about. A verdict has `verdict_s` after both answers,
    a person's label `label_s`. `pool` has the slice's kind of each kind that is joined with others. `holdout` is the
    share that stays with the incumbent at 100 %. `choose_from` are the models that are chosen from by what was learned,
    `explore` the share that falls to one of them by chance, `budget_usd_per_day` what their answers may cost,
    `priors` what is expected of them, by model. All that answers bears `only_tags`; `judge` is the model that compares
    answers, where there is one; `feedback` says that users' reactions are waited for.
    Where it is `strict` a request of which anything would stay behind is refused. `fallbacks` answer where others fail;
    None where nobody said: then a pool's own models do.
    """

    name: str
    incumbent: str
    candidate: str | None = None
    fallbacks: tuple[str, ...] | None = None
    shadow: float = 0.0
    unit_idle_s: float = 1800.0
    labels: float = 0.0
    verdict_s: float = 0.0
    label_s: float = 0.0
    pool: dict[str, str] = {}
    holdout: float = 0.0
    choose_from: tuple[str, ...] = ()
    explore: float = 0.0
    only_tags: tuple[str, ...] = ()
    budget_usd_per_day: float | None = None
    priors: dict[str, Prior] = {}
    strict: bool = False
    judge: str = ""
    feedback: bool = False


class Ramp(Value, frozen=True, kw_only=True):
    """How far one slice has moved: the candidate's share in [0, 1], under which hypothesis.

    `rate` is the share of requests that both models answer, `canary` says whether live outcomes count, `alone` that
    the candidate serves all of them. `evict`: running conversations leave the candidate too.
    """

    hypothesis: str
    share: float = 0.0
    rate: float = 0.0
    canary: bool = False
    alone: bool = False
    evict: bool = False


class Board(Value, frozen=True, kw_only=True):
    """The one snapshot. `providers` are templates for callers that name `provider/upstream-id` themselves.

    A known upstream id stands among them under that whole name, with its price and limits. `aliases` are patterns of
    names, in order, each with the route or model that it stands for.
    """

    version: int = 0
    models: dict[str, Model] = {}
    routes: dict[str, Route] = {}
    # How far each slice has moved, by tenant, route and kind.
    ramps: dict[tuple[str, str, str], Ramp] = {}
    providers: dict[str, Model] = {}
    aliases: dict[str, str] = {}
    # What was learned, by tenant and route, or why it does not serve.
    beliefs: dict[tuple[str, str], Learned | Unserved] = {}
    # How often each kind of a route with a pool is compared, by tenant and route, and what its budget leaves of that.
    strata: dict[tuple[str, str], Strata] = {}
    paces: dict[str, float] = {}
    # What prompts are read with besides, where the operator has word vectors.
    vectors: Vectors | None = None

    def compared(self, tenant: str, route: Route, kind: str) -> float:
        """The share of requests of a kind that all models of a route's pool answer."""
        multiple = self.strata.get((tenant, route.name), _EVEN).of(kind)
        return min(1.0, route.shadow * multiple) * self.paces.get(route.name, 1.0)


_EVEN = Strata()
