"""What the operator says of the server itself."""

from typing import Annotated, Literal

from msgspec import Meta

from understudy.canon.value import Value
from understudy.jobs.specs import Duration

# Larger than any prompt with pictures that providers accept, small enough that a few of them at once do no harm.
MAX_BODY_BYTES = 32 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# An address, a network, or any.
Proxy = Annotated[
    str,
    Meta(
        pattern=r"^(\*|[0-9a-fA-F:.]+(/[0-9]{1,3})?)\Z",
        description="{0!r} is no address or network; write 127.0.0.1, 10.20.0.0/16, or '*' for any",
    ),
]


class ServerSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to listen, and with how many workers. Only loopback works without keys.

    `keep_answers` is how long an answer is kept, encrypted, for requests that go on from it by its id (OpenAI
    Responses, unless a request says `store: false`); 0 keeps none. `trusted_proxies` are the addresses and networks
    whose `x-forwarded-proto` is believed, `"*"` for any: addresses that callers are told begin as the proxy says.
    `transport` is the client that asks models: `fast` is our own, `aiohttp` another one, in case that some upstream and
    ours do not understand each other. `fast_lane` serves callers of models by the server's protocol itself; without it
    they are served by plain ASGI, at more CPU.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 4000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    keep_answers: Duration = "30d"
    trusted_proxies: tuple[Proxy, ...] = ("127.0.0.1", "::1")
    transport: Literal["fast", "aiohttp"] = "fast"
    fast_lane: bool = True
    max_body_bytes: Annotated[int, Meta(gt=0)] = MAX_BODY_BYTES
