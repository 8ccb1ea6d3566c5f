"""Media at URLs, toward a model that takes them only inline: fetched before its request is written, once a request.

Dialects and rows of the catalogue say who takes what. Where a URL is taken it goes on as it is and nothing is fetched;
so does one that only its own host can read (`ms://…`). What was fetched is held for the other models that the same
request may be asked of, which thereby see the same bytes. The books keep the request as its caller sent it, with the
URL.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from understudy.canon.parts import Document, Image, Inline, Remote, ToolResult
from understudy.canon.request import Request
from understudy.dialects.contract import MEDIA_KINDS, MediaKind
from understudy.dialects.spelling import spelt
from understudy.gateway.site import Site
from understudy.ports import Wanted
from understudy.routing.board import Model

# What was fetched for one request, by what it was to be and where it lay.
Held = dict[tuple[MediaKind, str], Inline]
_MEDIA = (Image, Document)
# The parts that may hold media; most of a conversation is passed over at the price of one look.
_BEARING = frozenset({*_MEDIA, ToolResult})
_SCHEMES = ("https://", "http://")


async def inlined(site: Site, held: Held, request: Request, model: Model) -> Request:
    """The request as the model can take it; a Fault names the field of what could not be fetched."""
    dialect = site.dialects[model.dialect]
    foreign = dialect.inline_only if request.dialect != dialect.name else ()
    kinds = foreign if model.media_urls else MEDIA_KINDS
    asked = _asked(site, request, kinds) if kinds else {}
    if not asked:
        return request
    new = [wanted for place, wanted in asked.items() if place not in held]
    if new:
        found = await site.fetcher.fetch(new)
        held.update({(wanted.kind, wanted.url): media for wanted, media in zip(new, found, strict=True)})
    messages = tuple(
        msgspec.structs.replace(message, parts=tuple(_filled(part, held) for part in message.parts))
        for message in request.messages
    )
    # The caller's own bytes still hold the URLs.
    return msgspec.structs.replace(request, messages=messages, source=b"", remembered=None)


def _asked(site: Site, request: Request, kinds: tuple[MediaKind, ...]) -> dict[tuple[MediaKind, str], Wanted]:
    """What lies at URLs and must not, each once, under the caller's name for the first field that names it."""
    asked: dict[tuple[MediaKind, str], Wanted] = {}
    for path, part in _shown(request):
        kind = _kind(part)
        if kind in kinds and isinstance(part.source, Remote) and part.source.url.lower().startswith(_SCHEMES):
            path = spelt(path, request, site.spelling(request))
            asked.setdefault((kind, part.source.url), Wanted(path, part.source.url, kind))
    return asked


def _shown(request: Request) -> Iterator[tuple[str, Image | Document]]:
    for number, message in enumerate(request.messages):
        for place, part in enumerate(message.parts):
            if type(part) not in _BEARING:
                continue
            if isinstance(part, _MEDIA):
                yield f"messages[{number}].content[{place}]", part
            elif isinstance(part, ToolResult):
                for below, inner in enumerate(part.parts):
                    if isinstance(inner, _MEDIA):
                        yield f"messages[{number}].content[{place}].content[{below}]", inner


def _kind(part: Image | Document) -> MediaKind:
    return "image" if isinstance(part, Image) else "document"


def _filled(part: Any, held: Held) -> Any:
    """A part with what was fetched for it."""
    if isinstance(part, ToolResult):
        return msgspec.structs.replace(part, parts=tuple(_filled(inner, held) for inner in part.parts))
    if isinstance(part, _MEDIA) and isinstance(part.source, Remote):
        return msgspec.structs.replace(part, source=held.get((_kind(part), part.source.url), part.source))
    return part
