"""Probing: which build of a model does its own server run? Asked once, before the first process of the server starts.

A build names the exact weights and what else shapes the answers, since evidence about one build says nothing of
another. A server says who it is in its list of models; each known one has a pure function here that makes a build from
the pages it answers: what is readable, then a digest of the rest that stays the same over a restart. Whatever changes
by itself (times, seeds, slots, random markers) stays out of it, and a page that is missing means no build rather than
another one: a build that flickers would throw evidence away. The whole path is in the digest, since two directories
may hold different weights under one file name.

Only own models are asked, at the address that the configuration gives. Nothing is asked while requests run, and nothing
here decides what a changed build means.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.value import Value
from understudy.ports import Upstream
from understudy.providers.headers import call_headers
from understudy.routing.board import Endpoint, Model

# A page of properties comes within milliseconds; a start must not hang on a server that is down. At most three pages
# are asked for one after the other: the list, a page under its new name, the same under its old one.
PROBE_TIMEOUT_S = 2.0
# Enough that two builds never meet by chance, short enough to be read aloud.
DIGEST_CHARS = 12
# How every build from here ends, so that it is told from one that an operator declared or that is only an id upstream.
_TOLD = re.compile(r".+@\S+#[0-9a-f]{4,12}")
Page = TypeVar("Page")
# An address with the headers that open it.
_Call = tuple[str, tuple[tuple[str, str], ...]]


class NotTold(Exception):
    """A server does not say what it runs; the message is why."""


class BuildsDiffer(Exception):
    """The places of one model run different builds; the message names them and says what to do."""


class Answers(Value, frozen=True):
    """What the places of one model said: builds by address, and by address why there is none."""

    model: str
    told: dict[str, str] = {}
    untold: dict[str, str] = {}

    @property
    def build(self) -> str | None:
        """The build that all places which tell one agree on; None if none does. Raises BuildsDiffer."""
        builds = sorted(set(self.told.values()))
        if len(builds) > 1:
            said = " and ".join(f"{build!r} at {url}" for url, build in self.told.items())
            raise BuildsDiffer(
                f"model {self.model!r} has different builds behind one name: {said}; serve the same build at all of "
                "its deployments, declare them as models of their own, or say build: if you know them to be the same"
            )
        return builds[0] if builds else None

    @property
    def words(self) -> str:
        """One line for people: the build, and each address that did not tell one with its reason."""
        why = "; ".join(f"{url}: {reason}" for url, reason in self.untold.items())
        if self.build is None:
            return f"build: not told by the server ({why})"
        return f"build: {self.build}" + (f" (not told by all servers: {why})" if why else "")


class _Card(msgspec.Struct):
    id: str
    owned_by: str | None = None
    root: str | None = None
    parent: str | None = None
    max_model_len: int | None = None
    meta: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET


class _List(msgspec.Struct):
    # Some servers list nothing as null.
    data: list[_Card] | None = None


class _Settings(msgspec.Struct):
    n_ctx: int | None = None
    params: dict[str, Any] = {}


class _Props(msgspec.Struct):
    model_path: str = ""
    build_info: str = ""
    model_ftype: str | None = None
    chat_template: str | None = None
    bos_token: str | None = None
    eos_token: str | None = None
    modalities: dict[str, Any] = {}
    default_generation_settings: _Settings = msgspec.field(default_factory=_Settings)


class _Version(msgspec.Struct):
    version: str


class _ModelInfo(msgspec.Struct):
    model_path: str
    tokenizer_path: str | None = None
    preferred_sampling_params: Any = None
    weight_version: str | None = None


class _Tag(msgspec.Struct):
    name: str
    digest: str = ""


class _Tags(msgspec.Struct):
    models: list[_Tag] | None = None


def was_told(build: str) -> bool:
    """Whether a build was made here from what a server said."""
    return _TOLD.fullmatch(build) is not None


def llama_cpp_build(upstream: str, models: bytes, props: bytes) -> str:
    """The build of the one model that a llama.cpp server runs: file, server build, digest. Raises NotTold.

    The digest covers the file's path, size and quantisation, the context of a slot in tokens, the chat template and the
    default sampling without its seed. `media_marker` is drawn at each start and left out, as is the state of slots.
    Weights replaced under the same path, in the same shape, look the same. `upstream` is not looked at: the server
    answers under any name. Fields of GET /props and /v1/models:
    https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    """
    said = _read(props, _Props)
    if not said.model_path:
        raise NotTold("/props names no model_path")
    meta = next((card.meta for card in _read(models, _List).data or ()), None)
    if meta is None:
        raise NotTold("the model is still being loaded")
    settings = said.default_generation_settings
    rest = (
        said.model_path,
        None if isinstance(meta, msgspec.UnsetType) else [meta.get("n_params"), meta.get("size"), meta.get("n_vocab")],
        said.model_ftype,
        settings.n_ctx,
        {name: value for name, value in settings.params.items() if name != "seed"},
        said.chat_template,
        said.bos_token,
        said.eos_token,
        said.modalities,
    )
    return _build(said.model_path.replace("\\", "/"), f"llama.cpp-{said.build_info}", rest)


def vllm_build(upstream: str, models: bytes, version: bytes) -> str:
    """The build of a model or adapter that a vLLM server lists: root, server version, digest. Raises NotTold.

    `root` is the path or hub id that was loaded; an adapter's card names its base as `parent`, whose root counts too.
    `created` and the ids of permissions are new at each request and left out. A hub id says nothing of the revision.
    Cards: https://github.com/vllm-project/vllm/blob/v0.11.0/vllm/entrypoints/openai/protocol.py
    GET /version: https://github.com/vllm-project/vllm/blob/v0.11.0/vllm/entrypoints/openai/api_server.py
    """
    cards = {card.id: card for card in _read(models, _List).data or ()}
    card = cards.get(upstream)
    if card is None or not card.root:
        raise NotTold(f"its list of models says nothing of {upstream!r}")
    base = cards.get(card.parent) if card.parent else None
    rest = (card.root, card.max_model_len, card.parent, [base.root, base.max_model_len] if base else None)
    return _build(card.root, f"vllm-{_read(version, _Version).version}", rest)


def sglang_build(upstream: str, models: bytes, info: bytes, server: bytes) -> str:
    """The build of the one model that an SGLang server runs: path, server version, digest. Raises NotTold.

    `weight_version` is what whoever updates the weights of a running server says of them. GET /model_info (formerly
    /get_model_info), and /server_info (formerly /get_server_info) for its `version`; the latter's internal states are
    left out: https://docs.sglang.io/basic_usage/native_api.html and
    https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/http_server.py
    """
    said = _read(info, _ModelInfo)
    if not said.model_path:
        raise NotTold("it names no model_path")
    length = next((card.max_model_len for card in _read(models, _List).data or () if card.id == upstream), None)
    rest = (said.model_path, said.weight_version, said.tokenizer_path, said.preferred_sampling_params, length)
    return _build(said.model_path, f"sglang-{_read(server, _Version).version}", rest)


def ollama_build(upstream: str, models: bytes, tags: bytes) -> str:
    """The build of a model that an Ollama server lists: its name and the start of its digest. Raises NotTold.

    The digest is of the model's manifest, and so of weights, template and parameters alike. A name without a tag means
    `:latest`, on either side. GET /api/tags: https://docs.ollama.com/api/tags
    """
    wanted = _tagged(upstream)
    tag = next((tag for tag in _read(tags, _Tags).models or () if _tagged(tag.name) == wanted), None)
    if tag is None or not tag.digest:
        raise NotTold(f"its list of models says nothing of {wanted!r}")
    return f"{wanted}@ollama#{tag.digest.removeprefix('sha256:')[:DIGEST_CHARS]}"


class _Server(Value, frozen=True):
    """A kind of server: the pages to ask it for, each under the names it has had, and what makes a build of them."""

    pages: tuple[tuple[str, ...], ...]
    build: Callable[..., str]


# By what a server writes into `owned_by` of every model it lists: its own name.
_SERVERS = {
    "llamacpp": _Server((("/props",),), llama_cpp_build),
    "vllm": _Server((("/version",),), vllm_build),
    "sglang": _Server((("/model_info", "/get_model_info"), ("/server_info", "/get_server_info")), sglang_build),
}
# Ollama writes the model's namespace there instead: whoever gives no name of these is asked as Ollama is.
_UNNAMED = _Server((("/api/tags",),), ollama_build)


class _Heard(Value, frozen=True):
    """What one address answered: its kind, its list of models, the pages of its kind; or why it did not."""

    server: _Server = _UNNAMED
    pages: tuple[bytes, ...] = ()
    trouble: str = ""


async def probe(models: Iterable[Model], secrets: Mapping[str, str], upstream: Upstream) -> list[Answers]:
    """Ask the servers of own models what they run, all at once, each address once; rented models are passed over.

    Takes seconds at most (three times PROBE_TIMEOUT_S), whatever does not answer. Trouble is a reason in the answers,
    never an exception.
    """
    owned = [model for model in models if model.owned]
    places = [(model, endpoint) for model in owned for endpoint in model.endpoints]
    calls = dict.fromkeys(_call(model, endpoint, secrets) for model, endpoint in places)
    heard = dict(zip(calls, await asyncio.gather(*(_hear(call, upstream) for call in calls)), strict=True))
    return [_answers(model, {at.url: heard[_call(model, at, secrets)] for at in model.endpoints}) for model in owned]


def _call(model: Model, endpoint: Endpoint, secrets: Mapping[str, str]) -> _Call:
    return endpoint.url, tuple(call_headers(model, endpoint, secrets).items())


def _answers(model: Model, heard: Mapping[str, _Heard]) -> Answers:
    told: dict[str, str] = {}
    untold: dict[str, str] = {}
    for url, one in heard.items():
        try:
            if one.trouble:
                raise NotTold(one.trouble)
            told[url] = one.server.build(model.upstream, *one.pages)
        except NotTold as why:
            untold[url] = str(why)
    return Answers(model.name, told, untold)


async def _hear(call: _Call, upstream: Upstream) -> _Heard:
    url, headers = call[0], dict(call[1])
    root = url.removesuffix("/v1")
    try:
        models = await _page([url + "/models"], headers, upstream)
        server = _kind(models)
        addresses = [[root + path for path in names] for names in server.pages]
        pages = await asyncio.gather(*(_page(page, headers, upstream) for page in addresses))
    except NotTold as why:
        return _Heard(trouble=str(why))
    return _Heard(server, (models, *pages))


def _kind(models: bytes) -> _Server:
    cards = _read(models, _List).data or ()
    return next((_SERVERS[card.owned_by] for card in cards if card.owned_by in _SERVERS), _UNNAMED)


async def _page(addresses: Sequence[str], headers: dict[str, str], upstream: Upstream) -> bytes:
    """The first of a page's addresses that answers; NotTold with what the last one said."""
    status = 0
    for address in addresses:
        try:
            status, body = await upstream.get(address, headers, PROBE_TIMEOUT_S)
        except (Fault, TimeoutError) as error:
            raise NotTold(str(error) or "no answer in time") from error
        if status == 200:
            return body
    raise NotTold(f"{addresses[-1]} answered {status}")


def _read(body: bytes, kind: type[Page]) -> Page:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotTold(f"its answer cannot be read: {error}") from error


def _build(path: str, server: str, rest: object) -> str:
    """A path's last part, or a hub id whole, with the server and the digest of all that stays the same."""
    name = path if path.count("/") == 1 and path[0] not in "./" else path.rstrip("/").rsplit("/", 1)[-1]
    digest = hashlib.sha256(msgspec.json.encode(rest, order="sorted")).hexdigest()
    return f"{name}@{server}#{digest[:DIGEST_CHARS]}"


def _tagged(name: str) -> str:
    return name if ":" in name.rsplit("/", 1)[-1] else name + ":latest"
