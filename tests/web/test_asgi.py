"""Which dialect answers at which path, and what of the address it is told; the rest is in the journeys."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from understudy.dialects.contract import Dialect
from understudy.dialects.openai_chat import DIALECT, OpenAiChat
from understudy.gateway.corridor import Gateway
from understudy.gateway.site import Call
from understudy.ports import Sender
from understudy.web.asgi import AsgiSender, ModelRoutes


class Addressed(OpenAiChat):
    """A dialect that names the model in the address."""

    served: tuple[str, ...] = ("/v9/models/{model}:ask",)


class Listener(Gateway):
    """Remembers what it was called with and answers nothing."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def answer(self, call: Call, sender: Sender) -> None:
        self.calls.append(call)


ADDRESSED: Dialect = Addressed()


def led(path: str, query: str = "", method: str = "POST") -> Call | None:
    """The call that a request becomes; None if it is no model's business."""
    gateway = Listener()

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"{}"}

    async def send(message: MutableMapping[str, Any]) -> None:
        raise AssertionError("nothing is sent")

    async def rest(*_: object) -> None:
        return None

    told = {"path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": []}
    scope = {"type": "http", "scheme": "http", "method": method, **told}
    asyncio.run(ModelRoutes(gateway, (DIALECT, ADDRESSED), rest, max_body_bytes=10)(scope, receive, send))
    return gateway.calls[0] if gateway.calls else None


@pytest.mark.parametrize("name", ["m", "provider/upstream-id", "a:b", "a:ask"])
def test_a_path_with_a_models_name_leads_to_its_dialect_with_the_whole_address(name: str) -> None:
    call = led(f"/v9/models/{name}:ask", "alt=sse&key=word")
    assert call is not None
    assert (call.dialect, call.address, call.key) == (ADDRESSED, f"/v9/models/{name}:ask?alt=sse&key=word", "word")


@pytest.mark.parametrize("path", ["/v9/models/:ask", "/v9/models/m", "/v9/models/m:ask/more", "/x/v9/models/m:ask"])
def test_a_path_that_only_looks_like_it_is_no_models_business(path: str) -> None:
    assert led(path) is None


def test_a_path_without_a_name_is_found_as_it_stands_and_only_a_post_asks_a_model() -> None:
    call = led("/v1/chat/completions")
    assert call is not None
    assert (call.dialect, call.address) == (DIALECT, "/v1/chat/completions")
    assert led("/v1/chat/completions", method="GET") is None


class Told:
    """What a server is told of one answer, as it is told."""

    def __init__(self) -> None:
        self.messages: list[MutableMapping[str, Any]] = []

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        self.messages.append(message)


def test_the_length_of_an_answer_is_told_where_it_is_whole_at_once() -> None:
    async def run() -> None:
        whole, streamed = Told(), Told()
        sender = AsgiSender(whole)
        await sender.start(200, [("x-a", "b")])
        assert whole.messages == []
        await sender.end(b"words")
        assert whole.messages[0]["headers"] == [(b"x-a", b"b"), (b"content-length", b"5")]
        assert whole.messages[1] == {"type": "http.response.body", "body": b"words", "more_body": False}
        sender = AsgiSender(streamed)
        await sender.start(200, [("x-a", "b")])
        await sender.write(b"some")
        assert [message["type"] for message in streamed.messages] == ["http.response.start", "http.response.body"]
        assert streamed.messages[0]["headers"] == [(b"x-a", b"b")]
        await sender.end(b" words")
        assert [message.get("body") for message in streamed.messages] == [None, b"some", b" words"]

    asyncio.run(run())
