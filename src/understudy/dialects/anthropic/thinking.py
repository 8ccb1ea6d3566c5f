"""How much to think, in this dialect's words: a budget in tokens, or adaptive with an effort.

An effort word of another dialect buys a budget by the table in `words`. What thinking forbids is settled here too: a
forced tool is a fault, since neither wish may be dropped on the quiet; free sampling is an omission; and a tool loop
whose last turn carries no sealed thinking goes on without, since the upstream would refuse it.
"""

from typing import Any

from understudy.canon.faults import bad_request
from understudy.canon.request import Request, ThinkingAsk
from understudy.dialects.anthropic.losses import Losses
from understudy.dialects.anthropic.words import BUDGET_OF_EFFORT, DEFAULT_EFFORT, EFFORTS, MIN_BUDGET, NAME

_MIN_TOP_P = 0.95


def write_thinking(request: Request, max_tokens: int, fields: dict[str, Any], losses: Losses) -> None:
    """Put `thinking` and the effort into the fields of a body that has everything else."""
    ask = request.thinking
    if ask is None:
        return
    if request.dialect == NAME:
        _write_own(ask, fields)
        return
    losses.extras("thinking", ask.extras, request.dialect)
    thinking = _asked(ask, max_tokens, fields, losses)
    if thinking is None:
        return
    if thinking["type"] != "disabled":
        if fields.get("tool_choice", {}).get("type") in ("any", "tool"):
            raise bad_request(
                "tool_choice: a tool cannot be forced while thinking is on; ask for 'auto' or for no thinking",
                "tool_choice",
            )
        _free_sampling(fields, losses)
    fields["thinking"] = thinking
    pause_thinking(request, fields, losses)


def pause_thinking(request: Request, fields: dict[str, Any], losses: Losses) -> None:
    """Take a thinking budget out of a body whose tool loop lost its thinking; adaptive thinking may go on."""
    ask = request.thinking
    off = ask is None or ask.mode in ("disabled", "adaptive") or ask.effort == "none"
    if off or "thinking" not in fields or not _unsealed_loop(fields["messages"]):
        return
    losses.add("thinking", "the tool loop under way holds no thinking with its seal, so it goes on without")
    del fields["thinking"]


def _write_own(ask: ThinkingAsk, fields: dict[str, Any]) -> None:
    if ask.mode is not None:
        budget = {} if ask.budget_tokens is None else {"budget_tokens": ask.budget_tokens}
        fields["thinking"] = {"type": ask.mode, **budget, **ask.extras}
    if ask.effort is not None:
        fields["output_config"] = {"effort": ask.effort, **fields.get("output_config", {})}


def _asked(ask: ThinkingAsk, max_tokens: int, fields: dict[str, Any], losses: Losses) -> dict[str, Any] | None:
    if ask.mode == "disabled" or ask.effort == "none":
        return {"type": "disabled"}
    if ask.mode == "adaptive":
        if ask.effort in EFFORTS:
            fields["output_config"] = {"effort": ask.effort, **fields.get("output_config", {})}
        elif ask.effort is not None:
            losses.add("reasoning_effort", f"{ask.effort!r} is none of {', '.join(EFFORTS)}")
        return {"type": "adaptive"}
    if ask.mode is None and ask.budget_tokens is None and ask.effort is None:
        return None
    budget = _budget(ask, max_tokens, losses)
    return None if budget is None else {"type": "enabled", "budget_tokens": budget}


def _budget(ask: ThinkingAsk, max_tokens: int, losses: Losses) -> int | None:
    """A budget of at least MIN_BUDGET and below max_tokens, or None with an omission where there is no room."""
    if ask.budget_tokens is not None:
        wish, most = ask.budget_tokens, max_tokens - 1
    else:
        bought = BUDGET_OF_EFFORT.get(ask.effort or DEFAULT_EFFORT)
        if bought is None:
            losses.add("reasoning_effort", f"{ask.effort!r} is none of {', '.join(BUDGET_OF_EFFORT)}")
            return None
        wish, most = bought, max_tokens * 4 // 5
    if most < MIN_BUDGET:
        losses.add("thinking", f"max_tokens {max_tokens!r} leaves no room for the least budget, {MIN_BUDGET}")
        return None
    budget = min(max(wish, MIN_BUDGET), most)
    if ask.budget_tokens is not None and budget != wish:
        losses.add("thinking.budget_tokens", f"{wish!r} became {budget!r}: at least {MIN_BUDGET}, below max_tokens")
    return budget


def _unsealed_loop(messages: list[dict[str, Any]]) -> bool:
    """Whether the last user turn answers calls of an assistant turn that does not open with thinking."""
    if len(messages) < 2 or messages[-1]["role"] != "user":
        return False
    answers, turn = messages[-1]["content"], messages[-2]["content"]
    if isinstance(answers, str) or not any(block["type"] == "tool_result" for block in answers):
        return False
    return not isinstance(turn, list) or turn[0]["type"] not in ("thinking", "redacted_thinking")


def _free_sampling(fields: dict[str, Any], losses: Losses) -> None:
    refused = {
        "temperature": fields.get("temperature", 1) != 1,
        "top_k": "top_k" in fields,
        "top_p": fields.get("top_p", 1) < _MIN_TOP_P,
    }
    for name, gone in refused.items():
        if gone:
            del fields[name]
            losses.add(name, "refused while thinking is on")
