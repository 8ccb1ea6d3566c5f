"""Fitness: what takes a model out of a choice before its worth is weighed, each with its reason in words.

What it cannot do, what the caller may not use, and what holds at this moment. What is not known of a model is no
hindrance. Pure: the needs come from the request and its key, the moment from the worker that serves it.
"""

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


class Moment(Value, frozen=True, kw_only=True):
    """What holds now, whatever is asked: `resting` has the models that are left alone after failures, and why."""

    resting: dict[str, str] = {}


def unfit(model: Model, needs: Needs) -> str | None:
    """Why a model cannot answer this request at all; None if it can."""
    return forbidden(model, needs) or _unable(model, needs)


def forbidden(model: Model, needs: Needs) -> str | None:
    """Why a model may not answer this caller, whatever else fails; None if it may."""
    if needs.only_owned and not model.owned:
        return "rented, and this key may use own models only"
    return None


def _unable(model: Model, needs: Needs) -> str | None:
    if model.window is not None and needs.characters > model.window * CHARS_PER_TOKEN:
        return f"its window of {model.window:,} tokens is too small"
    if needs.images and model.images is False:
        return "it reads no images"
    if needs.tools and model.tools is False:
        return "it calls no tools"
    return None
