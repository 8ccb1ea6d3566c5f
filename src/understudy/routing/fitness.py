"""Fitness: what takes a model out of a choice before its worth is weighed, each with its reason in words.

What it cannot do, what the caller may not use, and what holds at this moment. What is not known of a model is no
hindrance. Pure: the needs come from the request and its key, the moment from the worker that serves it.
"""

import math
from collections.abc import Mapping, Sequence

from understudy.canon.value import Value
from understudy.routing.board import Model

# Characters that make a token, at the fewest: an estimate that errs toward too many tokens.
CHARS_PER_TOKEN = 3


class Needs(Value, frozen=True, kw_only=True):
    """What a request needs of its model. `characters` is the length of all that it sends."""

    characters: int = 0
    images: bool = False
    tools: bool = False
    only_owned: bool = False
    only_tags: tuple[str, ...] = ()


class Moment(Value, frozen=True, kw_only=True):
    """What holds now, whatever is asked: `resting` has the models that are left alone after failures, and why.

    `key_spent` says that the key's money is gone, `route_spent` that the route has to save; empty where neither is so.
    """

    resting: dict[str, str] = {}
    key_spent: str = ""
    route_spent: str = ""


def unfit(model: Model, needs: Needs, moment: Moment) -> str | None:
    """Why a model cannot or may not answer this request; None if it can."""
    return forbidden(model, needs) or unpaid(model, moment) or _unable(model, needs)


def unpaid(model: Model, moment: Moment) -> str | None:
    """Why nobody pays for this model; None if somebody does, or it costs nothing."""
    return moment.key_spent if moment.key_spent and not model.free else None


def dearer(costs: Mapping[str, float], moment: Moment) -> dict[str, str]:
    """Why those models are out that cost more than the cheapest, where the route has to save."""
    if not moment.route_spent:
        return {}
    least = min(costs.values())
    words = f"{moment.route_spent}, and it is not the cheapest"
    return {name: words for name, cost in costs.items() if cost > least}


def compared(models: Sequence[Model], paid: Mapping[str, float | None]) -> dict[str, float]:
    """What models cost, by name: by what was paid for completed requests where that is known of all, else as listed."""
    known = {model.name: cost for model in models if (cost := paid.get(model.name)) is not None}
    return known if len(known) == len(models) else {model.name: listed(model) for model in models}


def listed(model: Model) -> float:
    """What a model costs by its price list, to compare with others; one whose price is not known is dearest."""
    price = model.price
    return math.inf if price.uncached_in is None or price.out is None else float(price.uncached_in + price.out)


def forbidden(model: Model, needs: Needs) -> str | None:
    """Why a model may not answer this caller, whatever else fails; None if it may."""
    if needs.only_owned and not model.owned:
        return "rented, and this key may use own models only"
    lacking = next((tag for tag in needs.only_tags if tag not in model.tags), None)
    if lacking is not None:
        return f"it lacks the tag {lacking!r}, which is asked for"
    return None


def _unable(model: Model, needs: Needs) -> str | None:
    if model.window is not None and needs.characters > model.window * CHARS_PER_TOKEN:
        return f"its window of {model.window:,} tokens is too small"
    if needs.images and model.images is False:
        return "it reads no images"
    if needs.tools and model.tools is False:
        return "it calls no tools"
    return None
