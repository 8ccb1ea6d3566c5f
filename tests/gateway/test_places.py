"""Which places under an account pass, where they are there and here; the rest is in journeys/test_passthrough.py."""

import re

import pytest

from understudy.canon.faults import Fault
from understudy.dialects.contract import Account
from understudy.gateway.places import Wanted, at_home, here, joined, place, wanted_of
from understudy.routing.board import Endpoint

MEANS = Account(re.compile(r"/(?:files|batches)(?:/.+)?"), home="/own", ahead="/upload")
PLACE = Endpoint("https://host.example/proxy/v1beta", "key")


def there(path: str, query: str = "", base: str = PLACE.url) -> str | None:
    """The URL at which a provider has it."""
    found = place(MEANS, Endpoint(base, "key"), Wanted("p", "/passthrough/p", path, query))
    if found is None:
        return None
    assert found[0].key == "key"
    return found[0].url + found[1]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/files", "https://host.example/proxy/v1beta/files"),
        ("/v1/files/a:b", "https://host.example/proxy/v1beta/files/a:b"),
        ("/v1beta/batches/x", "https://host.example/proxy/v1beta/batches/x"),
        ("/upload/v1beta/files", "https://host.example/proxy/upload/v1beta/files"),
        ("/upload/files", "https://host.example/proxy/upload/v1beta/files"),
        ("/models", None),
        ("/v1/v1/files", None),
        ("/v1", None),
        ("/filesystem", None),
        ("/uploads/files", None),
    ],
)
def test_the_version_is_the_base_urls_own_and_what_is_not_named_does_not_pass(path: str, url: str | None) -> None:
    assert there(path) == url


def test_a_base_without_a_version_gets_none() -> None:
    assert there("/v1/files", "a=b", "https://host.example") == "https://host.example/files?a=b"
    assert there("/upload/v1/files", base="https://host.example") == "https://host.example/upload/files"


def test_what_is_wanted_keeps_its_query_less_what_is_ours() -> None:
    wanted = wanted_of("p", "/passthrough/p", "/files", "key=secret&after=a%2Fb&understudy-ticket=x.1.y")
    assert (wanted.query, wanted.address) == ("after=a%2Fb", "/passthrough/p/files?after=a%2Fb")
    assert wanted_of("p", "/own", "/files", "key=secret").address == "/own/files"
    assert joined("/a", "") == "/a"


@pytest.mark.parametrize(
    "path",
    ["", "/", "/files/", "/files/..", "/../files", "/files/./a", "/files//a", "//host/files", "/files/%2e%2e/a",
     "/files/a%2Fb", "/files/a\\b", "/files/a b", "/files/a#b", "/files/ä", "files", "/files/..\n"],
)  # fmt: skip
def test_what_is_not_said_plainly_is_refused(path: str) -> None:
    with pytest.raises(Fault, match="say plainly"):
        wanted_of("p", "/passthrough/p", path, "")


@pytest.mark.parametrize("path", ["/files/...", "/files/a..b", "/files/.hidden"])
def test_dots_that_go_nowhere_are_plain(path: str) -> None:
    assert wanted_of("p", "/passthrough/p", path, "").path == path


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://host.example/proxy/v1beta/batches/x/results", "/passthrough/p/v1beta/batches/x/results"),
        ("https://other.example/v1/batches/x/results", "/passthrough/p/v1/batches/x/results"),
        ("https://host.example/proxy/upload/v1beta/files?id=1&key=secret", "/passthrough/p/upload/v1beta/files?id=1"),
        ("https://host.example/elsewhere/x", None),
        ("https://host.example/files/../models", None),
        ("nothing", None),
    ],
)
def test_a_place_that_a_provider_names_lies_here_where_it_passes(url: str, address: str | None) -> None:
    found = here(MEANS, PLACE, Wanted("p", "/passthrough/p", "/batches/x"), url)
    assert (found and found.address) == address


@pytest.mark.parametrize(
    ("path", "home"),
    [("/own/v1/files", True), ("/own/upload/v1/files", True), ("/own/models", False), ("/owned/files", False)],
)
def test_a_dialects_own_paths_are_at_its_home(path: str, home: bool) -> None:
    assert at_home(MEANS, path) is home
    assert not at_home(MEANS._replace(home=""), path)
