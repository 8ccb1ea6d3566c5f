"""Where media may be fetched from: the operator's words, and which URLs and addresses they allow.

A URL comes from a caller, and the request that fetches it from inside the operator's network: whatever is reachable
here and not from everywhere must stay out of reach (server-side request forgery). So the host must be one that the
operator named, and every address that its name stands for must be public, or lie in a network that the operator named
too. Addresses are judged by what is known to be public, not by a list of what is not. No I/O lives here.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated

from msgspec import Meta
from yarl import URL

from understudy.canon.value import Value

Host = Annotated[
    str,
    Meta(
        pattern=r"^(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?|\[[0-9a-f:.]+\](:[0-9]{1,5})?)\Z",
        description="{0!r} is no host; write a.example.com, *.example.com, a.example.com:8443, or * for any",
    ),
]
Network = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?\Z",
        description="{0!r} is no network; write it as 10.20.0.0/16 or fd00:1::/32",
    ),
]
_HOST = re.compile(r"(?:\[(.+)\]|([^:]+))(?::([0-9]+))?")
ANY = "*"
# In base64 as much still fits, beside its prompt, into the largest body that the server takes by default.
MAX_MEDIA_BYTES = 20 * 1024 * 1024
# A caller waits so long before the model is even asked; what a host of pictures has not sent by then will not come.
MEDIA_TIMEOUT_S = 10.0


class MediaSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures and documents that a caller names by URL, for a model that takes them only inline.

    They are fetched from the hosts in `fetch`, so from none unless some are named: `images.example.com`,
    `*.example.com` (any name below it), `images.example.com:8443`, or `*` for any host at its usual port. All addresses
    of a host must be public, or, where `fetch` names it otherwise than by `*`, in a network of `private`
    (`10.20.0.0/16`). Only https, unless `http` is set. All media of one request together have at most `max_bytes`, and
    `timeout_s` to come.
    """

    fetch: tuple[Host, ...] = ()
    private: tuple[Network, ...] = ()
    http: bool = False
    max_bytes: Annotated[int, Meta(gt=0)] = MAX_MEDIA_BYTES
    timeout_s: Annotated[float, Meta(gt=0)] = MEDIA_TIMEOUT_S


class Refused(Exception):
    """Why something is not fetched, in words that its caller may read: no address, nothing of an answer."""


def networks(written: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks as they are written; a ValueError for what is none."""
    return tuple(ip_network(one) for one in written)


# Out of reach whatever the operator lists: link-local addresses and others at which clouds tell a machine its secrets,
# and those that name no single host.
_NEVER = networks(
    (
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
        "192.0.0.192/32", "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128",
    )
)  # fmt: skip
# Of the addresses that `ipaddress` calls global: protocols' own, and tunnels to addresses that nobody here looks at.
_SPECIAL = networks(("192.0.0.0/24", "192.88.99.0/24", "2002::/16", "3fff::/20"))
# All that is given out of IPv6 for hosts to be reached at from everywhere.
_UNICAST = ip_network("2000::/3")
# Where a network without IPv4 reaches it: the last four bytes are the address that is meant.
_NAT64 = ip_network("64:ff9b::/96")


class Reach:
    """What the operator's words allow."""

    def __init__(self, spec: MediaSpec) -> None:
        self._named = {_split(host) for host in spec.fetch if not host.startswith(ANY)}
        self._below = {_split(host.removeprefix(ANY)) for host in spec.fetch if host.startswith("*.")}
        self._anywhere = ANY in spec.fetch
        self._private = networks(spec.private)
        self._schemes = ("https", "http") if spec.http else ("https",)

    def check(self, url: URL) -> bool:
        """Whether the operator named the URL's host otherwise than by `*`; Refused where nothing is fetched from it."""
        if url.scheme not in self._schemes:
            raise Refused(f"only {' and '.join(self._schemes)} URLs are fetched (media.http)")
        if url.raw_user is not None or url.raw_password is not None:
            raise Refused("a URL with a user name or password in it is not fetched")
        host, port = host_of(url), None if url.is_default_port() else url.port
        if (host, port) in self._named:
            return True
        labels = host.split(".")
        if any(("." + ".".join(labels[place:]), port) in self._below for place in range(1, len(labels))):
            return True
        if not self._anywhere or port is not None:
            raise Refused("its host and port are not among those of media.fetch")
        return False

    def admits(self, address: str, *, named: bool) -> bool:
        """Whether a connection to an address may be made, for a host that was `named` or one that was not."""
        meant = _meant(ip_address(address))
        if any(meant in network for network in _NEVER):
            return False
        return _is_public(meant) or (named and any(meant in network for network in self._private))


def host_of(url: URL) -> str:
    """The host of a URL as names are compared: in ASCII, and without the dot at its end; Refused if there is none."""
    host = (url.raw_host or "").lower().removesuffix(".")
    if not host:
        raise Refused("the URL has no host")
    return host


def _split(written: str) -> tuple[str, int | None]:
    """A host and its port, None where the usual one is meant."""
    match = _HOST.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no host")
    return match[1] or match[2], int(match[3]) if match[3] else None


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that some IPv6 addresses only wrap."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not any(address in network for network in _SPECIAL)
