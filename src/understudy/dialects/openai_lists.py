"""Lists of models as OpenAI's dialects have them."""

from typing import Any

import msgspec

from understudy.dialects.passage import EXTENSION


def write_model(name: str) -> bytes:
    """One model of the list."""
    return msgspec.json.encode(_model(name))


def write_models(names: tuple[str, ...]) -> bytes:
    """The list of models; 0 stands for a time of creation that nobody knows."""
    return msgspec.json.encode({"object": "list", "data": [_model(name) for name in names]})


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": EXTENSION}
