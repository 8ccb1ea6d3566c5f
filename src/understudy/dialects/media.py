"""Media that stand inline, in `data:` URLs as well, beside those that live elsewhere; what bytes say of themselves."""

import base64
import re

from understudy.canon.parts import Inline, Remote

# The word and the media types of each form of sound that is named by a word; the first type is the one to write.
SOUNDS = {"wav": ("audio/wav", "audio/x-wav", "audio/wave"), "mp3": ("audio/mp3", "audio/mpeg")}
SOUND_OF_TYPE = {media_type: word for word, types in SOUNDS.items() for media_type in types}
_DATA_URL = re.compile(r"data:([^,]+);base64,(.*)", re.DOTALL)
# How the media begin that every API takes.
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
# As much base64 as stands for the longest of these beginnings.
_HEAD_CHARS = 16


def source_of(url: str) -> Inline | Remote:
    """What a URL holds itself, or where it points."""
    match = _DATA_URL.fullmatch(url)
    return Remote(url) if match is None else inline(match[1], match[2])


def inline(media_type: str, data: str) -> Inline:
    """Media that stand inline: of the type that their first bytes show, else of the one that was told."""
    try:
        head = base64.b64decode(data[:_HEAD_CHARS])
    except ValueError:  # not base64; whoever reads it will say so
        head = b""
    return Inline(sniffed(head) or media_type, data)


def url_of(source: Inline | Remote) -> str:
    """The URL again."""
    return f"data:{source.media_type};base64,{source.data}" if isinstance(source, Inline) else source.url


def sniffed(data: bytes) -> str | None:
    """The media type that bytes show by their beginning, whatever was said of them; None for any other kind."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)
