"""Overflow: a prompt that is longer than the model's window, told in as many words as there are hosts.

Hosts answer it like any other bad request. Their callers must know it apart: a client that hears it in its own
dialect's words makes its conversation shorter and goes on, and else gives up. So every reader asks here what it has
read, and every writer words it by its own form, with both counts where they were told.
"""

import re

from understudy.canon.faults import Fault, FaultKind

# Error words that say it outright.
WORDS = frozenset({"context_length_exceeded", "too_many_prompt_tokens", "exceed_context_size_error"})
# Messages that tell both counts.
_COUNTED = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"prompt is too long: (?P<asked>\d+) tokens > (?P<most>\d+) maximum",
        r"maximum context length is (?P<most>\d+) tokens.*?(?:requested|resulted in)(?: about)? (?P<asked>\d+)",
        r"input token count \((?P<asked>\d+)\) exceeds the maximum number of tokens allowed \((?P<most>\d+)\)",
        r"request \((?P<asked>\d+) tokens\) exceeds the available context size \((?P<most>\d+) tokens\)",
    )
]
# Messages that say it without both.
_SAID = re.compile(
    "|".join(
        (
            r"prompt (is )?too long",
            r"input is too long",
            r"length of all messages is too long",
            r"maximum context length",
            r"exceeds the context window",
            r"exceeds the available context size",
            r"number of input tokens exceeds",
            r"input token count exceeds",
            r"too many tokens: size limit",
        )
    ),
    re.IGNORECASE,
)


def narrowed(kind: FaultKind, message: str | None, word: str | None) -> FaultKind:
    """The kind of an upstream's fault: a bad request whose words tell of an overflow is one."""
    if kind not in (FaultKind.BAD_REQUEST, FaultKind.TOO_LARGE):
        return kind
    text = message or ""
    found = word in WORDS or _SAID.search(text) or any(pattern.search(text) for pattern in _COUNTED)
    return FaultKind.TOO_LONG if found else kind


def worded(fault: Fault, form: str, lead: str) -> str:
    """The message of a fault; of an overflow in the `form` of a dialect, or after its `lead` where a count is missing.

    A message that has the lead already is left as it is.
    """
    if fault.kind is not FaultKind.TOO_LONG or lead.lower() in fault.message.lower():
        return fault.message
    found = next((match for pattern in _COUNTED if (match := pattern.search(fault.message))), None)
    return form.format(**found.groupdict()) if found is not None else f"{lead}: {fault.message}"
