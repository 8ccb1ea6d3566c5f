"""Addresses of Azure's clients: the path names a deployment, which is a model here, and the body may name none.

Reference: https://learn.microsoft.com/azure/ai-foundry/openai/reference
"""

from urllib.parse import unquote

import msgspec

from understudy.dialects.passage import renamed

_BEFORE = "/openai/deployments/"


def deployment(ending: str) -> str:
    """Where callers POST to an endpoint of a deployment."""
    return _BEFORE + "{model}" + ending


def deployed(body: bytes, address: str, ending: str) -> bytes:
    """The body with the model that the path names; as it is where the path names none, or the body is no object."""
    path = address.partition("?")[0]
    if not path.startswith(_BEFORE):
        return body
    try:
        return renamed(body, unquote(path.removeprefix(_BEFORE).removesuffix(ending)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body
