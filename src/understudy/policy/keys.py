"""Keys: who is calling. A key is kept as an HMAC digest under a secret of the server's, never as itself."""

import hashlib
import hmac
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.names import KindName
from understudy.canon.value import Value

Role = Literal["operate", "label", "account"]
Digest = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}\Z",
        description="a digest is 64 of 0-9 and a-f, as `understudy key create NAME` prints it; never the key itself",
    ),
]
# The prefix that clients and secret scanners know.
PREFIX = "sk-us-"


class Key(Value, frozen=True, kw_only=True):
    """One caller's key. No routes means all routes.

    `roles` lets it do more than ask models and read its own tenant's figures: "label" reads the words of its tenant's
    compared pairs and says which answer is better, "operate" holds, lowers and approves slices, may label too, and does
    so and reads for every tenant; "account" reaches what lies at providers under the operator's account (files,
    batches). With `only_owned` a route that chooses from a pool chooses among own models for it, and whatever it asks,
    by name too, only models that bear all of `only_tags` answer it. Once it has cost `budget_usd_per_day`, what its
    running requests may cost included, only models whose price is 0 answer it, until midnight (UTC). `kind` is the kind
    of all that it asks, unless a request declares another. With `strict` a request of which anything would stay behind
    in translation is a 400.
    """

    name: str
    digest: Digest
    routes: tuple[str, ...] = ()
    tenant: str = "default"
    roles: tuple[Role, ...] = ()
    only_owned: bool = False
    only_tags: tuple[str, ...] = ()
    budget_usd_per_day: Annotated[float, Meta(ge=0)] | None = None
    kind: KindName | None = None
    strict: bool = False


class Keyring(Value, frozen=True):
    """All keys by digest. An empty ring is open: the server binds to loopback only then."""

    keys: dict[str, Key] = {}


class Caller(Value, frozen=True):
    """Who is calling, once admitted."""

    name: str
    tenant: str
    routes: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    only_owned: bool = False
    kind: str | None = None
    strict: bool = False
    budget_usd_per_day: float | None = None
    only_tags: tuple[str, ...] = ()


# Without keys the server listens on loopback only, and whoever reaches it owns it.
ANYONE = Caller("anonymous", "default", (), ("operate", "label", "account"))


def digest(secret: bytes, key: str) -> str:
    """The form in which a key is kept: HMAC-SHA256 under the server's secret, in hex."""
    return hmac.new(secret, b"key:" + key.encode(), hashlib.sha256).hexdigest()


def admit(keyring: Keyring, secret: bytes, presented: str | None) -> Caller:
    """The caller behind a key; a Fault(AUTHENTICATION) if the key is missing or unknown."""
    if not keyring.keys:
        return ANYONE
    if not presented:
        raise Fault(
            "no API key was sent; send it as 'Authorization: Bearer …' or 'x-api-key: …'",
            kind=FaultKind.AUTHENTICATION,
        )
    key = keyring.keys.get(digest(secret, presented))
    if key is None:
        raise Fault("this API key is not known here; `understudy key create` makes one", kind=FaultKind.AUTHENTICATION)
    return caller_of(key)


def ticket(secret: bytes, caller: Caller, address: str, until_s: float) -> str:
    """What opens one address to whoever has it, in a caller's name, until its time is over or its key is gone."""
    told = f"{caller.name}.{int(until_s)}"
    return f"{told}.{_stamp(secret, told, address)}"


def admit_ticket(keyring: Keyring, secret: bytes, presented: str, address: str, now_s: float) -> Caller:
    """The caller behind a ticket; a Fault(AUTHENTICATION) if it was made for another address or is over."""
    told, _, stamp = presented.rpartition(".")
    name, _, until_s = told.rpartition(".")
    if not hmac.compare_digest(stamp.encode(), _stamp(secret, told, address).encode()) or now_s >= int(until_s):
        raise Fault("this address was made for another place, or too long ago", kind=FaultKind.AUTHENTICATION)
    if not keyring.keys:
        return ANYONE
    key = next((key for key in keyring.keys.values() if key.name == name), None)
    if key is None:
        raise Fault(f"this address was made for the key {name!r}, which is gone", kind=FaultKind.AUTHENTICATION)
    return caller_of(key)


def _stamp(secret: bytes, told: str, address: str) -> str:
    return hmac.new(secret, b"ticket:" + msgspec.json.encode((told, address)), hashlib.sha256).hexdigest()


def caller_of(key: Key) -> Caller:
    """The caller that a key stands for."""
    return Caller(
        key.name,
        key.tenant,
        key.routes,
        key.roles,
        key.only_owned,
        key.kind,
        key.strict,
        key.budget_usd_per_day,
        key.only_tags,
    )


def permit(caller: Caller, asked: str) -> None:
    """Pass if the caller may ask for this route or model; else a Fault(PERMISSION)."""
    if caller.routes and asked not in caller.routes:
        allowed = ", ".join(caller.routes)
        raise Fault(
            f"key {caller.name!r} may not use {asked!r}; it may use: {allowed}",
            kind=FaultKind.PERMISSION,
            param="model",
        )


def entrust(caller: Caller, *roles: Role) -> None:
    """Pass if the caller has one of these roles; else a Fault(PERMISSION)."""
    if not set(roles) & set(caller.roles):
        wanted = " or ".join(repr(role) for role in roles)
        raise Fault(f"key {caller.name!r} needs the role {wanted} (keys[].roles)", kind=FaultKind.PERMISSION)
