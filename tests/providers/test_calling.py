"""What transports do alike: headers of a call, and words of a failure."""

import pytest

from tests.providers.upstream_contract import call
from understudy.canon.faults import FaultKind
from understudy.providers.calling import broken, headers_of, host_of, too_large


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://models.example.com:8443/v1?key=word", "models.example.com:8443"),
        ("https://who:word@models.example.com/v1", "models.example.com"),
        ("http://[::1]:80/v1", "[::1]:80"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_error_names_the_host_and_nothing_that_is_secret(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_failure_is_the_upstreams_and_says_why() -> None:
    assert (broken("h", TimeoutError()).kind, broken("h", OSError("gone")).kind) == (
        FaultKind.TIMEOUT,
        FaultKind.UPSTREAM,
    )
    assert broken("h", OSError("gone")).message == "the connection to h failed: gone"
    assert broken("h", OSError()).message == "the connection to h failed: OSError"
    assert too_large("h", 9).message == "h answered with more than 9 bytes"


def test_a_call_takes_its_secret_along() -> None:
    asked = call("http://h")
    assert headers_of(asked, "http://h", {"${KEY}": "word"})["authorization"] == "Bearer word"
    assert "authorization" not in headers_of(asked, "http://h", {})
