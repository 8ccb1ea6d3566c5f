"""Request headers: each way of authentication, and never a secret too many."""

import pytest

from understudy.providers.headers import call_headers
from understudy.routing.board import Endpoint, Model

SECRETS = {"${A}": "alpha", "${B}": "beta"}


def model(auth: str = "bearer", headers: dict[str, str] | None = None) -> Model:
    return Model(
        name="m",
        provider="p",
        upstream="m",
        dialect="d",
        endpoints=(),
        maker="d",
        auth=auth,
        headers=headers or {},
    )


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ("bearer", {"authorization": "Bearer beta"}),
        ("x-api-key", {"x-api-key": "beta"}),
        ("api-key", {"api-key": "beta"}),
        ("x-goog-api-key", {"x-goog-api-key": "beta"}),
        ("none", {}),
    ],
)
def test_each_way_of_authentication(auth: str, expected: dict[str, str]) -> None:
    headers = call_headers(model(auth), Endpoint("http://x", "${B}"), SECRETS)
    assert headers == {"content-type": "application/json", **expected}


@pytest.mark.parametrize("key", [None, "${MISSING}"])
def test_without_a_secret_nothing_is_sent(key: str | None) -> None:
    assert call_headers(model(), Endpoint("http://x", key), SECRETS) == {"content-type": "application/json"}


def test_the_rows_own_headers_are_sent_and_not_changed() -> None:
    own = {"version": "1", "content-type": "application/x-own"}
    headers = call_headers(model(headers=own), Endpoint("http://x", "${A}"), SECRETS)
    assert headers == {**own, "authorization": "Bearer alpha"}
    assert own == {"version": "1", "content-type": "application/x-own"}


def test_a_callers_headers_come_first_and_override_nothing() -> None:
    callers = {"beta": "new", "authorization": "Bearer theirs", "version": "9"}
    headers = call_headers(model(headers={"version": "1"}), Endpoint("http://x", "${A}"), SECRETS, callers)
    assert headers == {
        "beta": "new",
        "version": "1",
        "authorization": "Bearer alpha",
        "content-type": "application/json",
    }
