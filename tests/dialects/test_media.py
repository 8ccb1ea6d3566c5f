"""URLs that hold what they name, and URLs that point to it."""

import base64
import json
from typing import Any

import pytest

from understudy.canon.parts import Image, Inline, Remote
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.media import inline, sniffed, source_of, url_of
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT as RESPONSES


def test_T43_a_data_url_is_inline_and_comes_back_as_it_was() -> None:
    url = "data:image/png;base64,aGk="
    assert source_of(url) == Inline("image/png", "aGk=")
    assert url_of(source_of(url)) == url


def test_any_other_url_points_elsewhere() -> None:
    for url in ("https://a.example/b.png", "data:text/plain,hi", ""):
        assert source_of(url) == Remote(url)
        assert url_of(source_of(url)) == url


def test_T43_bytes_say_what_they_are() -> None:
    assert sniffed(b"\x89PNG\r\n\x1a\n...") == "image/png"
    assert sniffed(b"\xff\xd8\xff\xe0...") == "image/jpeg"
    assert (sniffed(b"GIF87a..."), sniffed(b"GIF89a...")) == ("image/gif", "image/gif")
    assert sniffed(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert sniffed(b"%PDF-1.4") == "application/pdf"
    for other in (b"", b"<svg/>", b"<!doctype html>", b"RIFF\x00\x00\x00\x00WAVE", b"GIF", b" \x89PNG\r\n\x1a\n"):
        assert sniffed(other) is None


PNG, JPEG = (base64.b64encode(head + bytes(40)).decode() for head in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"))


def test_T43_inline_media_are_what_their_bytes_say_whatever_was_told() -> None:
    assert inline("image/jpeg", PNG) == Inline("image/png", PNG)
    assert inline("image/jpg", JPEG) == Inline("image/jpeg", JPEG)
    assert source_of(f"data:image/webp;base64,{PNG}") == Inline("image/png", PNG)
    for data in ("", "aGk=", "no base64!", "aGkaG", "é"):
        assert inline("image/tiff", data) == Inline("image/tiff", data)


# One picture called by the wrong name, as callers of each dialect send it.
SENT: list[tuple[Dialect, dict[str, Any], str]] = [
    (CHAT, {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": f"data:image/jpg;base64,{PNG}"}}]}]}, ""),
    (RESPONSES, {"input": [{"role": "user", "content": [
        {"type": "input_image", "image_url": f"data:image/jpg;base64,{PNG}"}]}]}, ""),
    (LLAMA, {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": f"data:image/jpg;base64,{PNG}"}}]}]}, ""),
    (MESSAGES, {"max_tokens": 9, "messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}}]}]}, ""),
    (GEMINI, {"contents": [{"parts": [{"inlineData": {"mimeType": "application/octet-stream", "data": PNG}}]}]},
     "/v1beta/models/m:generateContent"),
    (CONVERSE, {"messages": [{"role": "user", "content": [
        {"image": {"format": "jpeg", "source": {"bytes": PNG}}}]}]}, "/model/m/converse"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "body", "address"), SENT, ids=[sent[0].name for sent in SENT])
def test_T43_every_dialect_looks_at_the_bytes(dialect: Dialect, body: dict[str, Any], address: str) -> None:
    request = dialect.decode_request(json.dumps({"model": "m", **body}).encode(), address)
    [part] = request.messages[-1].parts
    assert isinstance(part, Image)
    assert part.source == Inline("image/png", PNG)
