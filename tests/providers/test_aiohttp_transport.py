"""The transport on aiohttp."""

from tests.providers.upstream_contract import UpstreamContract
from understudy.providers.aiohttp_transport import AiohttpTransport


class TestAiohttpTransport(UpstreamContract):
    transport = AiohttpTransport
