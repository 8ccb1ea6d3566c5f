"""What Gemini's hosts have besides answers and vectors: pictures and films, which pass as they are, and an account.

The path names the model of a picture (`predict`) and of a film (`predictLongRunning`), whose making is an operation
below that model: it is asked for again under the name that its caller knows. References:
https://ai.google.dev/api/models, …/files, …/caching, …/batch-api
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.batches import Told, lines, word
from understudy.dialects.contract import Account, PassedRequest
from understudy.dialects.fields import object_of
from understudy.dialects.gemini.addresses import model_path
from understudy.dialects.gemini.metering import counts_in, read_usage
from understudy.dialects.gemini.words import NAME

PICTURE, FILM = "predict", "predictLongRunning"
_ADDRESS = re.compile(rf"/models/(?P<model>.+?)(?P<rest>:(?:{PICTURE}|{FILM})|/operations/(?!\.+\Z)[A-Za-z0-9._-]+)\Z")
_OPERATION = re.compile(r"models/.+(?=/operations/[^/]+\Z)")
_DOWNLOAD = re.compile(r"/files/[^/:]+:download")
_UPLOAD = "x-goog-upload-"


class GeminiPassing:
    """Satisfies the contract's Passing."""

    name = NAME
    event = None

    def __init__(self, versions: tuple[str, ...]) -> None:
        self.paths = tuple(f"{version}/models/{{model}}:{verb}" for version in versions for verb in (PICTURE, FILM))
        self.polled = tuple(f"{version}/models/{{model}}/operations/{{operation}}" for version in versions)

    def read(self, body: bytes, content_type: str, address: str) -> PassedRequest:
        """The model that the path names."""
        return PassedRequest(_read(address)[0], streamed=False)

    def path_to(self, address: str, model: str) -> str:
        """The same below a provider's base URL, under its name for the model."""
        return model_path(model) + _read(address)[1]

    def write(self, body: bytes, content_type: str, model: str) -> bytes:
        """A caller's body, which names no model."""
        return body

    def whole(self, body: bytes, model: str) -> tuple[bytes, Usage]:
        """An answer, an operation in it under the caller's name for the model, and its usage where it is told."""
        try:
            told = object_of(msgspec.json.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return body, NO_USAGE
        usage = read_usage(counts_in(object_of(told.get("usageMetadata"))), final=True)
        if not _OPERATION.match(str(told.get("name"))):
            return body, usage
        fields: dict[str, Any] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        name = _OPERATION.sub(lambda _: f"models/{model}", told["name"])
        return msgspec.json.encode({**fields, "name": name}), usage


def _read(address: str) -> tuple[str, str]:
    """The model that an address names, and what is wanted of it."""
    found = _ADDRESS.search(address.partition("?")[0])
    if found is None:
        raise bad_request(f"the path must name a model and a verb, as in models/NAME:{PICTURE}")
    return unquote(found["model"]), found["rest"]


def _results(path: str, body: bytes) -> Iterable[Told]:
    return lines(body, _result) if _DOWNLOAD.fullmatch(path) else ()


def _result(line: dict[str, Any]) -> Told:
    answer = object_of(line.get("response"))
    return word(answer.get("modelVersion")), read_usage(counts_in(object_of(answer.get("usageMetadata"))), final=True)


# Files, caches, batches; a large file is sent to a place that the answer to its announcement names, without a key.
ACCOUNT = Account(
    re.compile(
        r"/(?:files|cachedContents|batches|fileSearchStores|operations)(?:[/:].+)?"
        r"|/models/[^/]+:(?:batchGenerateContent|asyncBatchEmbedContent)"
    ),
    home="/genai",
    ahead="/upload",
    sent=tuple(
        _UPLOAD + name
        for name in (
            "protocol",
            "command",
            "offset",
            "file-name",
            "header-content-length",
            "header-content-type",
        )
    ),
    told=tuple(_UPLOAD + name for name in ("status", "size-received", "chunk-granularity")),
    onward=(_UPLOAD + "url",),
    results=_results,
)
