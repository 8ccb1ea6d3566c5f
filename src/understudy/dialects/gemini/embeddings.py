"""Embeddings as Gemini tells them: `embedContent` for one text, `batchEmbedContents` for several.

Both verbs are served; upstreams are asked by the second, which takes one text too, except for a caller's own single
request, which passes as it came. Reference: https://ai.google.dev/api/embeddings
"""

import re
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from understudy.canon.embeddings import Embedded, EmbedRequest, figures
from understudy.canon.faults import bad_request
from understudy.canon.usage import Usage
from understudy.dialects.bodies import answering, read_body
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.fields import ARRAY, INTEGER, OBJECT, STRING, count_of
from understudy.dialects.gemini.fields import Fields, wrong
from understudy.dialects.gemini.losses import Losses
from understudy.dialects.gemini.words import NAME

ONE, SEVERAL = "embedContent", "batchEmbedContents"
_PATH = re.compile(rf"/models/(?P<model>.+):(?P<verb>{ONE}|{SEVERAL})$")
_PREFIX = "models/"


class _Row(msgspec.Struct):
    values: msgspec.Raw


class _Answer(msgspec.Struct):
    embedding: _Row | None = None
    embeddings: list[_Row] = []
    usage: dict[str, Any] = msgspec.field(name="usageMetadata", default_factory=dict)


class GeminiEmbeddings:
    """Satisfies the contract's Embedding."""

    name = NAME

    def __init__(self, versions: tuple[str, ...]) -> None:
        self.paths = tuple(f"{version}/models/{{model}}:{verb}" for version in versions for verb in (ONE, SEVERAL))

    def read(self, body: bytes, address: str) -> EmbedRequest:
        """A caller's body and path; a Fault names the field that is wrong."""
        found = _PATH.search(address.partition("?")[0])
        if found is None:
            raise bad_request(f"the path must name a model and a verb, as in models/NAME:{ONE}")
        top = read_body(body, lambda value: Fields(value, ""))
        single = found["verb"] == ONE
        asked = [top] if single else _several(top)
        told = [_text(one) for one in asked]
        knobs = [(one.take("outputDimensionality", INTEGER), _rest(one)) for one in asked]
        if len({dimensions for dimensions, _ in knobs}) > 1:
            raise wrong("requests", "all must ask for the same outputDimensionality")
        return EmbedRequest(
            model=unquote(found["model"]),
            inputs=tuple(told),
            dialect=NAME,
            dimensions=knobs[0][0],
            single=single,
            extras={name: value for _, rest in reversed(knobs) for name, value in rest.items()},
            source=body,
        )

    def path_to(self, request: EmbedRequest, target: Target) -> str:
        """The verb that fits the request, below a provider's base URL."""
        verb = ONE if request.dialect == NAME and request.single else SEVERAL
        return f"/models/{quote(target.model.removeprefix(_PREFIX), safe='')}:{verb}"

    def write(self, request: EmbedRequest, target: Target) -> Encoded:
        """The body for an upstream, and what it could not carry."""
        model = _PREFIX + target.model.removeprefix(_PREFIX)
        if request.dialect == NAME:
            return Encoded(_renamed(request.source, model))
        losses = Losses()
        losses.extras("", request.extras, request.dialect)
        knobs = {} if request.dimensions is None else {"outputDimensionality": request.dimensions}
        asked = []
        for place, text in enumerate(request.inputs):
            if not isinstance(text, str):
                raise bad_request(
                    f"input[{place}]: token ids mean nothing to the {NAME} dialect; send the text", "input"
                )
            asked.append({"model": model, "content": {"parts": [{"text": text}]}, **knobs})
        return Encoded(msgspec.json.encode({"requests": asked}), tuple(losses.items))

    def read_reply(self, body: bytes) -> Embedded:
        """An upstream's vectors; a Fault if they are none."""
        with answering():
            told = msgspec.json.decode(body, type=_Answer)
        rows = told.embeddings if told.embedding is None else [told.embedding]
        usage = Usage(uncached_in=count_of(told.usage, "promptTokenCount"), out=0)
        return Embedded(vectors=tuple(bytes(row.values) for row in rows), dialect=NAME, usage=usage, source=body)

    def write_reply(self, reply: Embedded, request: EmbedRequest) -> bytes:
        """The vectors for a caller."""
        if reply.dialect == NAME and reply.source:
            return reply.source
        told = [{"values": figures(vector)} for vector in reply.vectors]
        return msgspec.json.encode({"embedding": told[0]} if request.single and told else {"embeddings": told})


def _several(top: Fields) -> list[Fields]:
    listed: list[Any] = top.need("requests", ARRAY)
    if not listed:
        raise wrong("requests", "expected at least one request")
    return [Fields(one, f"requests[{place}]") for place, one in enumerate(listed)]


def _text(one: Fields) -> str:
    content = Fields(one.need("content", OBJECT), f"{one.path}.content".removeprefix("."))
    parts: list[Any] = content.need("parts", ARRAY)
    words = [part.get("text") if isinstance(part, dict) else None for part in parts]
    if not words or not all(isinstance(word, str) for word in words):
        raise wrong(f"{content.path}.parts", "expected text; other content is not embedded here")
    return "".join(str(word) for word in words)


def _rest(one: Fields) -> dict[str, Any]:
    """What canon has no word for; the model stands in the path already."""
    one.take("model", STRING)
    return dict(one.rest)


def _renamed(source: bytes, model: str) -> bytes:
    """A caller's own body, with the model's name where it stands in the body too."""
    fields: dict[str, Any] = msgspec.json.decode(source)
    for one in (fields, *(one for one in fields.get("requests", ()) if isinstance(one, dict))):
        if "model" in one:
            one["model"] = model
    return msgspec.json.encode(fields)
