"""Transports by name."""

from typing import get_args, get_type_hints

import pytest

from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.providers.fast_transport import FastTransport
from understudy.providers.transports import transport_of
from understudy.web.server import ServerSpec


@pytest.mark.parametrize(("name", "kind"), [("fast", FastTransport), ("aiohttp", AiohttpTransport)])
def test_each_name_that_may_be_set_is_a_transport(name: str, kind: type) -> None:
    assert name in get_args(get_type_hints(ServerSpec)["transport"])
    assert type(transport_of(name, {})) is kind


def test_ours_is_what_a_server_asks_by() -> None:
    assert type(transport_of(ServerSpec().transport, {})) is FastTransport
