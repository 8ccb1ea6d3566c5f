"""Addresses: the path names the model, and whether the answer is streamed."""

from urllib.parse import quote, unquote

from understudy.canon.faults import bad_request

SERVED = ("/model/{model}/converse", "/model/{model}/converse-stream")
_BEFORE, WHOLE, _STREAM, COUNT = "/model/", "/converse", "/converse-stream", "/count-tokens"


def read_address(address: str) -> tuple[str, bool]:
    """The model's name and whether a stream is wanted; a Fault if the path says neither."""
    path = address.partition("?")[0]
    for ending, streamed in ((_STREAM, True), (WHOLE, False)):
        name = path.removeprefix(_BEFORE).removesuffix(ending)
        if path.startswith(_BEFORE) and path.endswith(ending) and name:
            return unquote(name), streamed
    raise bad_request("modelId: the path must be /model/MODEL/converse or /model/MODEL/converse-stream", "modelId")


def write_address(model: str, *, streamed: bool) -> str:
    """The path for a model, its name spelt so that slashes and colons are no parts of the path."""
    return _BEFORE + quote(model, safe="") + (_STREAM if streamed else WHOLE)
