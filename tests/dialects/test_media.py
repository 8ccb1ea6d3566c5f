"""URLs that hold what they name, and URLs that point to it."""

from understudy.canon.parts import Inline, Remote
from understudy.dialects.media import sniffed, source_of, url_of


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
