"""A caller that goes away: the upstream is let go within 250 ms (R6), on every path, and the journal knows."""

import json
import socket
from typing import Any

import pytest

from tests.journeys.house import PATIENCE_S, Server, Upstream, eventually, get, within

LIMIT_S = 0.25


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("script", ["silent", "stall"])
@pytest.mark.parametrize("stream", [True, False])
def test_R6_upstream_is_cancelled_within_250_ms(
    house: Server, scripted: Upstream, path: str, script: str, stream: bool
) -> None:
    if script == "stall" and not stream:
        script = "silent"
    scripted.started.clear()
    scripted.aborted.clear()
    asked = f"chatty/{script}"
    body = json.dumps(
        {"model": asked, "messages": [{"role": "user", "content": "x"}], "stream": stream, "max_tokens": 9}
    )
    port = int(house.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as caller:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        caller.sendall(head.encode() + body.encode())
        assert scripted.started.wait(PATIENCE_S)
        if script == "stall":
            assert b"harbour" in _until(caller, b"harbour")
    assert within(LIMIT_S, scripted.aborted.is_set)

    def cancelled() -> Any:
        found = get(f"{house.url}/understudy/v1/exchanges?limit=3")["exchanges"]
        return [one for one in found if one["status"] == "cancelled" and one["asked"] == asked]

    assert eventually(cancelled)[0]["http_status"] == 499


def _until(caller: socket.socket, word: bytes) -> bytes:
    seen = b""
    while word not in seen:
        data = caller.recv(4096)
        assert data, seen
        seen += data
    return seen
