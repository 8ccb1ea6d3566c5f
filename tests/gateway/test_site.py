"""What the corridor stands on: its limits, and the key out of whichever header a client uses."""

from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import Stage
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.spelling import Spelling
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
        ({"x-goog-api-key": "word"}, "word"),
        ({}, None),
    ],
)
def test_the_key_that_was_presented(headers: dict[str, str], key: str | None) -> None:
    assert Call(DIALECT, headers, b"").key == key


def test_a_key_in_the_address_is_the_last_that_counts() -> None:
    assert Call(DIALECT, {}, b"", "/v1beta/models/a:b?alt=sse&key=w%20d").key == "w d"
    assert Call(DIALECT, {"x-api-key": "other"}, b"", "/?key=word").key == "other"
    assert Call(DIALECT, {}, b"", "/?monkey=word").key is None


def test_W5_the_headers_that_a_dialect_forwards_are_kept_with_the_request() -> None:
    body = b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}]}'
    call = Call(DIALECT, {"anthropic-beta": "b", "x-api-key": "secret"}, body)
    assert call.read().headers == {"anthropic-beta": "b"}


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


def test_a_request_of_our_own_has_common_names(tmp_path: Path) -> None:
    site = Stage(tmp_path).site
    ours = Request(model="m", messages=(), dialect="canon")
    assert site.spelling(ours) == Spelling()
    assert site.spelling(msgspec.structs.replace(ours, dialect=DIALECT.name)) is DIALECT.spelling
