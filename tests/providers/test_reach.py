"""Which URLs and addresses the operator's words allow: nothing by default, and what is not public only by two words."""

import pytest
from yarl import URL

from understudy.providers.reach import MediaSpec, Reach, Refused, networks

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
INSIDE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.255.0.9", "100.64.0.1", "198.18.0.1", "192.0.0.8",
    "203.0.113.5", "192.88.99.1", "::1", "fd12::1", "fec0::1", "2001:db8::1", "2001::1", "3fff::1", "2002:7f00:1::",
    "2002:808:808::", "::127.0.0.1", "::8.8.8.8", "4000::1", "64:ff9b:1::808:808",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "::", "fe80::1", "fe80::1%1", "ff02::1", "fd00:ec2::254",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
]  # fmt: skip
EVERYTHING = MediaSpec(fetch=("inside.example",), private=("0.0.0.0/0", "::/0"))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_to_every_host_that_is_allowed(address: str) -> None:
    assert Reach(MediaSpec()).admits(address, named=False)


@pytest.mark.parametrize("address", INSIDE + NEVER)
def test_addresses_that_are_not_public_are_closed(address: str) -> None:
    reach = Reach(MediaSpec(fetch=("*", "inside.example")))
    assert not reach.admits(address, named=False)
    assert not reach.admits(address, named=True)


@pytest.mark.parametrize("address", INSIDE)
def test_a_private_network_is_open_to_hosts_that_are_named_and_to_no_other(address: str) -> None:
    assert Reach(EVERYTHING).admits(address, named=True)
    assert not Reach(EVERYTHING).admits(address, named=False)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_closed_whatever_is_listed(address: str) -> None:
    assert not Reach(EVERYTHING).admits(address, named=True)


def test_a_wrapped_address_is_judged_as_the_one_that_it_wraps() -> None:
    reach = Reach(MediaSpec(fetch=("inside.example",), private=("10.0.0.0/8",)))
    assert reach.admits("::ffff:10.1.2.3", named=True)
    assert not reach.admits("::ffff:192.168.1.1", named=True)


NAMED = [
    (("a.example",), "https://a.example/x.png"),
    (("a.example",), "https://A.EXAMPLE./x.png"),
    (("a.example",), "https://a.example:443/"),
    (("a.example:8443",), "https://a.example:8443/"),
    (("*.a.example",), "https://b.a.example/"),
    (("*.a.example",), "https://c.b.a.example/"),
    (("*.a.example:8443",), "https://b.a.example:8443/"),
    (("xn--mnchen-3ya.example",), "https://münchen.example/"),
    (("[2606:4700::1111]:8443",), "https://[2606:4700::1111]:8443/"),
    (("*", "a.example"), "https://a.example/"),
]


@pytest.mark.parametrize(("fetch", "url"), NAMED)
def test_hosts_that_the_operator_names(fetch: tuple[str, ...], url: str) -> None:
    assert Reach(MediaSpec(fetch=fetch)).check(URL(url))


def test_a_star_is_any_host_at_its_usual_port_and_names_none() -> None:
    reach = Reach(MediaSpec(fetch=("*",)))
    assert not reach.check(URL("https://anything.example/"))
    with pytest.raises(Refused, match=r"media\.fetch"):
        reach.check(URL("https://anything.example:22/"))


CLOSED = [
    ((), "https://a.example/", "media.fetch"),
    (("a.example",), "https://b.example/", "media.fetch"),
    (("a.example",), "https://b.a.example/", "media.fetch"),
    (("a.example",), "https://a.example:8443/", "media.fetch"),
    (("a.example:8443",), "https://a.example/", "media.fetch"),
    (("*.a.example",), "https://a.example/", "media.fetch"),
    (("*.a.example",), "https://evila.example/", "media.fetch"),
    (("*.a.example",), "https://a.example.evil.example/", "media.fetch"),
    (("*",), "http://a.example/", "media.http"),
    (("*",), "file:///etc/passwd", "https URLs"),
    (("*",), "ftp://a.example/x", "https URLs"),
    (("*",), "gopher://a.example/x", "https URLs"),
    (("*",), "data:image/svg+xml,<svg/>", "https URLs"),
    (("*",), "//a.example/x", "https URLs"),
    (("*",), "x.png", "https URLs"),
    (("*",), "", "https URLs"),
    (("*",), "https:///x", "no host"),
    (("*",), "https://user@a.example/", "user name"),
    (("*",), "https://:word@a.example/", "password"),
    (("a.example",), "https://a.example@b.example/", "user name"),
]


@pytest.mark.parametrize(("fetch", "url", "why"), CLOSED)
def test_urls_from_which_nothing_is_fetched(fetch: tuple[str, ...], url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        Reach(MediaSpec(fetch=fetch)).check(URL(url))


def test_plain_http_is_one_more_word() -> None:
    assert Reach(MediaSpec(fetch=("a.example",), http=True)).check(URL("http://a.example/"))


def test_what_is_no_network_is_an_error() -> None:
    with pytest.raises(ValueError, match="10"):
        networks(("10.0.0.1/8",))
