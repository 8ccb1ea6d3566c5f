"""How much to think, in this dialect's words: a budget in tokens, or a level.

An effort word of another dialect buys a budget by the table in `words`, since models that think by level take one too.
Whoever asks for thinking elsewhere is shown it, so thoughts are asked for with it.
"""

from typing import Any

from understudy.canon.request import Request, ThinkingAsk
from understudy.dialects.gemini.losses import Losses
from understudy.dialects.gemini.words import BUDGET_OF_EFFORT, DYNAMIC, NAME


def write_thinking(request: Request, losses: Losses) -> dict[str, Any]:
    """The field `thinkingConfig` where the caller said how much to think."""
    ask = request.thinking
    if ask is None:
        return {}
    if request.dialect == NAME:
        return {"thinkingConfig": {**_own(ask), **ask.extras}}
    losses.extras("thinking", ask.extras, request.dialect)
    if ask.mode == "disabled" or ask.effort == "none":
        return {"thinkingConfig": {"thinkingBudget": 0}}
    budget = _budget(ask, losses)
    return {} if budget is None else {"thinkingConfig": {"thinkingBudget": budget, "includeThoughts": True}}


def _own(ask: ThinkingAsk) -> dict[str, Any]:
    level = {} if ask.effort is None else {"thinkingLevel": ask.effort.upper()}
    if ask.mode == "disabled":
        return {"thinkingBudget": 0, **level}
    if ask.mode == "adaptive":
        return {"thinkingBudget": DYNAMIC, **level}
    return level if ask.budget_tokens is None else {"thinkingBudget": ask.budget_tokens, **level}


def _budget(ask: ThinkingAsk, losses: Losses) -> int | None:
    if ask.budget_tokens is not None:
        return ask.budget_tokens
    if ask.effort is not None:
        budget = BUDGET_OF_EFFORT.get(ask.effort)
        if budget is None:
            losses.add("reasoning_effort", f"{ask.effort!r} is none of {', '.join(BUDGET_OF_EFFORT)}")
        return budget
    return DYNAMIC if ask.mode is not None else None
