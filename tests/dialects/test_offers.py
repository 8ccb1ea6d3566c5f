"""Tools that only their own provider runs: refused by name, or left out of a client's offer and told."""

import pytest
from tests.dialects.openai_chat.samples import refused

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.offers import offered
from understudy.dialects.openai_fields import Losses

FUNCTION, SEARCH = Tool("add"), BuiltinTool("web_search", {"type": "web_search"})


def asked(*tools: Tool | BuiltinTool) -> Request:
    return Request(model="m", messages=(Message("user", (Text("Hi"),)),), dialect="openai_responses", tools=tools)


def test_T21_a_tool_without_a_peer_is_refused_by_name_and_place() -> None:
    fault = refused(offered, asked(FUNCTION, SEARCH), "anthropic", Losses())
    assert fault.param == "tools[1]"
    assert "'web_search'" in fault.message


def test_W9_an_offer_that_the_client_does_without_is_left_out_and_told() -> None:
    losses = Losses()
    optional = BuiltinTool("web_search", {"type": "web_search"}, optional=True)
    assert offered(asked(optional, FUNCTION), "gemini", losses) == [("tools[1]", FUNCTION)]
    assert [omission.field for omission in losses.items] == ["tools[0]"]


@pytest.mark.parametrize("tools", [(), (FUNCTION, SEARCH)])
def test_its_own_dialect_takes_every_tool(tools: tuple[Tool | BuiltinTool, ...]) -> None:
    losses = Losses()
    assert [tool for _, tool in offered(asked(*tools), "openai_responses", losses)] == list(tools)
    assert not losses.items
