"""Places under a provider's account: which ones pass, where the provider has them, and where they are here.

Nothing here asks anybody. A place is looked at as it will be sent: nothing in it is escaped, and no step of it goes up
or is empty, so that no host reads another place in it; it always lies at the provider's own base URL.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from understudy.canon.faults import bad_request
from understudy.dialects.contract import Account
from understudy.routing.board import Endpoint

PREFIX = "/passthrough/"
TICKET = "understudy-ticket"
# What of a query is between its caller and us.
_OURS = ("key", TICKET)
_PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~:@=+,-]+)+")
_VERSION = re.compile(r"/v[0-9][a-z0-9]*(?=/|\Z)")


class Wanted(NamedTuple):
    """What is wanted of which provider: `before` is the part of the address that is ours, `path` what follows."""

    provider: str
    before: str
    path: str
    query: str = ""

    @property
    def address(self) -> str:
        """The address here, less what of its query is between its caller and us."""
        return joined(self.before + self.path, self.query)


def wanted_of(provider: str, before: str, path: str, query: str) -> Wanted:
    """What an address asks for; a Fault where it does not say it plainly."""
    if not _PLAIN.fullmatch(path):
        raise bad_request(f"say plainly what is wanted there, as in {before or PREFIX + 'PROVIDER'}/files: no escapes")
    return Wanted(provider, before, path, foreign(query))


def place(means: Account, endpoint: Endpoint, wanted: Wanted) -> tuple[Endpoint, str] | None:
    """Where a provider has what is wanted, as a base and the path below it; None where nothing there passes."""
    ahead, below = _cut(means, wanted.path)
    if not means.paths.fullmatch(below):
        return None
    path = joined(below, wanted.query)
    if not ahead:
        return endpoint, path
    root, own = _split(endpoint.url)
    return msgspec.structs.replace(endpoint, url=root), ahead + own + path


def here(means: Account, endpoint: Endpoint, wanted: Wanted, url: str) -> Wanted | None:
    """A place that the provider named by its URL, as it would be asked for here; None where it could not be."""
    told = urlsplit(url)
    path = told.path.removeprefix(urlsplit(_split(endpoint.url)[0]).path)
    if not _PLAIN.fullmatch(path):
        return None
    found = Wanted(wanted.provider, wanted.before, path, foreign(told.query))
    return found if place(means, endpoint, found) else None


def at_home(means: Account, path: str) -> bool:
    """Whether a path is one of a dialect's own below its home."""
    home = means.home
    return bool(home) and path.startswith(home + "/") and bool(means.paths.fullmatch(_cut(means, path[len(home) :])[1]))


def foreign(query: str) -> str:
    """A query without what is between its caller and us."""
    return "&".join(one for one in query.split("&") if one.partition("=")[0] not in _OURS)


def below(means: Account, path: str) -> str:
    """What of a path stands below the version."""
    return _cut(means, path)[1]


def joined(path: str, query: str) -> str:
    """A path with its query, if it has one."""
    return f"{path}?{query}" if query else path


def _cut(means: Account, path: str) -> tuple[str, str]:
    """What of a path stands before its version, and what behind it."""
    ahead = means.ahead if means.ahead and path.startswith(means.ahead + "/") else ""
    below = path[len(ahead) :]
    version = _VERSION.match(below)
    return ahead, below[version.end() :] if version else below


def _split(base_url: str) -> tuple[str, str]:
    """A base URL without the version that it ends with, and the version."""
    before, slash, last = base_url.rpartition("/")
    return (before, slash + last) if _VERSION.fullmatch(slash + last) else (base_url, "")
