"""Embeddings as OpenAI's clients and servers tell them: `POST /v1/embeddings`.

Between two of this dialect bodies pass as they came, the model's name apart. Reference:
https://platform.openai.com/docs/api-reference/embeddings
"""

from typing import Any, cast

import msgspec

from understudy.canon.embeddings import Embedded, EmbedRequest, figures, packed
from understudy.canon.usage import Usage
from understudy.dialects.bodies import answering, read_body
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.fields import INTEGER, STRING, count_of
from understudy.dialects.openai_deployments import deployed, deployment
from understudy.dialects.openai_fields import Fields, Losses, wrong
from understudy.dialects.passage import renamed

NAME = "openai"
_ENDING = "/embeddings"
PATHS = ("/v1/embeddings", "/embeddings", "/openai/v1/embeddings", deployment(_ENDING))
PACKED = "base64"


class _Row(msgspec.Struct):
    embedding: msgspec.Raw
    index: int = 0


class _Answer(msgspec.Struct):
    data: list[_Row]
    usage: dict[str, Any] = {}


class OpenAiEmbeddings:
    """Satisfies the contract's Embedding."""

    name = NAME
    paths: tuple[str, ...] = PATHS

    def read(self, body: bytes, address: str) -> EmbedRequest:
        """A caller's body; a Fault names the field that is wrong."""
        body = deployed(body, address, _ENDING)
        top = read_body(body, lambda value: Fields(value, ""))
        return EmbedRequest(
            model=top.need("model", STRING),
            inputs=_inputs(top.rest.pop("input", None)),
            dialect=NAME,
            packed=_is_packed(top.take("encoding_format", STRING)),
            dimensions=top.take("dimensions", INTEGER),
            extras=top.rest,
            source=body,
        )

    def path_to(self, request: EmbedRequest, target: Target) -> str:
        """The same path for every request."""
        return _ENDING

    def write(self, request: EmbedRequest, target: Target) -> Encoded:
        """The body for an upstream, and what it could not carry."""
        if request.dialect == NAME:
            return Encoded(renamed(request.source, target.model))
        losses = Losses()
        losses.extras("", request.extras, request.dialect)
        body: dict[str, Any] = {"model": target.model, "input": request.inputs, "encoding_format": "float"}
        if request.dimensions is not None:
            body["dimensions"] = request.dimensions
        return Encoded(msgspec.json.encode(body), tuple(losses.items))

    def read_reply(self, body: bytes) -> Embedded:
        """An upstream's vectors; a Fault if they are none."""
        with answering():
            told = msgspec.json.decode(body, type=_Answer)
        rows = sorted(told.data, key=lambda row: row.index)
        usage = Usage(uncached_in=count_of(told.usage, "prompt_tokens"), out=0)
        return Embedded(vectors=tuple(bytes(row.embedding) for row in rows), dialect=NAME, usage=usage, source=body)

    def write_reply(self, reply: Embedded, request: EmbedRequest) -> bytes:
        """The vectors for a caller, under the name that it asked for."""
        if reply.dialect == NAME and reply.source:
            return renamed(reply.source, request.model)
        vectors = [figures(vector) for vector in reply.vectors]
        told = [packed(vector) for vector in vectors] if request.packed else vectors
        data = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(told)]
        body: dict[str, Any] = {"object": "list", "data": data, "model": request.model}
        if (spent := reply.usage.total_in) is not None:
            body["usage"] = {"prompt_tokens": spent, "total_tokens": spent}
        return msgspec.json.encode(body)


def _inputs(value: Any) -> tuple[str | tuple[int, ...], ...]:
    if isinstance(value, str) or (isinstance(value, list) and value and all(type(item) is int for item in value)):
        value = [value]
    if not isinstance(value, list) or not value:
        raise wrong("input", "expected a string, or an array of strings or of tokens, with at least one of them")
    return tuple(_input(item, place) for place, item in enumerate(value))


def _input(item: Any, place: int) -> str | tuple[int, ...]:
    if isinstance(item, str) and item:
        return item
    if isinstance(item, list) and item and all(type(token) is int for token in item):
        return tuple(cast("list[int]", item))
    raise wrong(f"input[{place}]", "expected a string or an array of tokens that is not empty")


def _is_packed(word: str | None) -> bool:
    if word not in (None, "float", PACKED):
        raise wrong("encoding_format", f"expected float or {PACKED}, got {word[:60]!r}")
    return word == PACKED


EMBEDDINGS = OpenAiEmbeddings()
