"""Media in a URL: where pictures and files stand inline as `data:` URLs beside those that live elsewhere."""

import re

from understudy.canon.parts import Inline, Remote

# The word and the media types of each form of sound that is named by a word; the first type is the one to write.
SOUNDS = {"wav": ("audio/wav", "audio/x-wav", "audio/wave"), "mp3": ("audio/mp3", "audio/mpeg")}
SOUND_OF_TYPE = {media_type: word for word, types in SOUNDS.items() for media_type in types}
_DATA_URL = re.compile(r"data:([^,]+);base64,(.*)", re.DOTALL)


def source_of(url: str) -> Inline | Remote:
    """What a URL holds itself, or where it points."""
    match = _DATA_URL.fullmatch(url)
    return Remote(url) if match is None else Inline(match[1], match[2])


def url_of(source: Inline | Remote) -> str:
    """The URL again."""
    return f"data:{source.media_type};base64,{source.data}" if isinstance(source, Inline) else source.url
