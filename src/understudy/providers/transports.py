"""The transports by the names that the configuration knows them by."""

from collections.abc import Mapping

from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.providers.fast_transport import FastTransport

Transport = FastTransport | AiohttpTransport


def transport_of(name: str, secrets: Mapping[str, str]) -> Transport:
    """The client that asks models: whoever opens it closes it."""
    return AiohttpTransport(secrets) if name == "aiohttp" else FastTransport(secrets)
