"""Efforts: the words by which OpenAI's dialects say how much to think, and the budgets of others that buy them."""

from understudy.canon.request import ThinkingAsk
from understudy.dialects.losses import Gathered

# The effort word that a thinking budget of another dialect buys: the first row whose bound the budget does not pass.
EFFORT_OF_BUDGET = ((1024, "minimal"), (4096, "low"), (12288, "medium"))
MOST_EFFORT = "high"
DEFAULT_EFFORT = "medium"
NO_EFFORT = "none"
EFFORTS = (NO_EFFORT, "minimal", "low", "medium", "high", "xhigh")


def effort_of(budget_tokens: int) -> str:
    """The effort word for a budget in tokens; 0 asks for no thinking."""
    if budget_tokens <= 0:
        return NO_EFFORT
    return next((word for bound, word in EFFORT_OF_BUDGET if budget_tokens <= bound), MOST_EFFORT)


def effort_for(ask: ThinkingAsk, losses: Gathered, *, own: bool) -> str | None:
    """The effort word for a wish to think, None where nothing is to be said; `own` words pass as they are."""
    if ask.mode == "disabled":
        return NO_EFFORT
    if ask.effort is not None:
        if own or ask.effort in EFFORTS:
            return ask.effort
        losses.add("thinking.effort", f"{ask.effort!r} became {MOST_EFFORT!r}: this dialect has {', '.join(EFFORTS)}")
        return MOST_EFFORT
    if ask.budget_tokens is not None:
        word = effort_of(ask.budget_tokens)
        losses.add("thinking.budget_tokens", f"{ask.budget_tokens!r} became the effort {word!r}: no budgets here")
        return word
    if ask.mode == "adaptive":
        losses.add("thinking", "adaptive thinking has no word here; the model's own default holds")
        return None
    return DEFAULT_EFFORT if ask.mode == "enabled" else None
