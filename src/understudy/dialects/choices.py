"""Tool choices: the modes that a target does not take are refused before anything is sent.

A forced call that became a free one would answer another question than the caller's, and nobody would see it. So the
caller is told, with the name of the model and of the mode, and may choose again.
"""

from understudy.canon.faults import bad_request
from understudy.canon.request import Request
from understudy.dialects.contract import Target


def check_choice(request: Request, target: Target) -> None:
    """A Fault if the caller's tool choice is of a mode that the target does not take."""
    choice = request.tool_choice
    if choice is None or not request.tools or choice.mode in target.tool_choices:
        return
    raise bad_request(
        f"tool_choice: the model {target.model!r} does not take the mode {choice.mode!r}, only "
        f"{', '.join(map(repr, target.tool_choices))}; ask for one of these or name another model",
        "tool_choice",
    )
