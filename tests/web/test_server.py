"""What an operator may say of the server, and the safe ground that it stands on when nothing is said."""

import msgspec
import pytest

from understudy.web.server import LOOPBACK, MAX_BODY_BYTES, ServerSpec


def test_the_defaults_listen_to_this_machine_alone() -> None:
    spec = ServerSpec()
    assert spec.host in LOOPBACK
    assert (spec.port, spec.workers, spec.max_body_bytes) == (4000, 1, MAX_BODY_BYTES)
    assert set(spec.trusted_proxies) < set(LOOPBACK)


@pytest.mark.parametrize("port", [0, 1, 65535])
def test_ports(port: int) -> None:
    assert msgspec.convert({"port": port}, ServerSpec).port == port


@pytest.mark.parametrize(
    "said",
    [
        {"port": -1},
        {"port": 65536},
        {"port": "http"},
        {"workers": 0},
        {"workers": 65},
        {"max_body_bytes": 0},
        {"host": 1},
        {"trusted_proxies": ["localhost"]},
        {"hots": "127.0.0.1"},
    ],
)
def test_nonsense_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, ServerSpec)
