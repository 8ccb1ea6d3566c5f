"""What the corridor stands on: its limits, and the key out of whichever header a client uses."""

import msgspec
import pytest

from understudy.dialects.anthropic import DIALECT
from understudy.gateway.site import Call, Timeouts


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({"authorization": "Bearer word"}, "word"),
        ({"authorization": "bearer  word "}, "word"),
        ({"x-api-key": "word"}, "word"),
        ({"api-key": "word"}, "word"),
        ({"authorization": "Bearer word", "x-api-key": "other"}, "word"),
        ({"x-api-key": "word", "api-key": "other"}, "word"),
        ({"authorization": "Basic abc", "x-api-key": "word"}, "word"),
        ({"authorization": "Bearer "}, ""),
        ({"authorization": "Basic abc"}, None),
        ({"x-api-key": ""}, None),
        ({}, None),
    ],
)
def test_the_key_that_was_presented(headers: dict[str, str], key: str | None) -> None:
    assert Call(DIALECT, headers, b"").key == key


def test_the_limits_are_ordered_so_that_each_can_be_the_first_to_pass() -> None:
    limits = Timeouts()
    assert limits.connect_s < limits.first_token_s < limits.total_s
    assert limits.keep_alive_s < limits.idle_s < limits.total_s


@pytest.mark.parametrize("field", Timeouts.__struct_fields__)
@pytest.mark.parametrize("value", [0, -1, "1", None])
def test_a_limit_is_above_zero(field: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({field: value}, Timeouts)
    assert getattr(msgspec.convert({field: 0.5}, Timeouts), field) == 0.5
