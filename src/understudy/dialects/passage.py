"""Passage: a whole answer on its way to a caller of the upstream's own dialect, as it came but for named edits."""

from typing import Any

import msgspec

from understudy.dialects.contract import Echo, Encoded

# The key below which an answer carries what this gateway adds to it.
EXTENSION = "understudy"


def passed(source: bytes, echo: Echo) -> Encoded:
    """The upstream's own body with the model's name edited and the extension added; order and other fields kept."""
    fields: dict[str, Any] = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    fields["model"] = echo.model
    if echo.extension:
        fields[EXTENSION] = echo.extension
    return Encoded(msgspec.json.encode(fields))
