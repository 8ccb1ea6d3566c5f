"""Buckets: uniform, stable, monotone, independent of one another; and keys that stick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.streams import SLICE, hypothesis
from understudy.parity.assign import ALGORITHM, bucket, salt_id, sticky_key
from understudy.parity.ladder import LADDER
from understudy.parity.slices import SliceId

SECRET = b"sixteen bytes ok"
ID = hypothesis().id


def test_PAR_5_3_a_bucket_never_changes() -> None:
    """Conversations keep their model over a restart and an upgrade only as long as this holds."""
    assert ALGORITHM == "hmac-sha256/53/1"
    assert bucket(SECRET, SLICE, ID, "conversation:abc") == 0.41874909404534444
    assert salt_id(SECRET) == "6caab3b198c6"


@given(key=st.text())
def test_PAR_5_1_raising_the_share_only_adds_keys(key: str) -> None:
    drawn = bucket(SECRET, SLICE, ID, key)
    assert 0 <= drawn < 1
    inside = [drawn < rung.share for rung in LADDER]
    assert inside == sorted(inside)
    assert not inside[0]
    assert inside[-1]


def test_buckets_are_uniform_and_draws_independent() -> None:
    keys = [f"request:{i}" for i in range(20_000)]
    share = [bucket(SECRET, SLICE, ID, key) for key in keys]
    shadow = [bucket(SECRET, SLICE, ID, key, purpose="shadow") for key in keys]
    for rung in LADDER[1:-1]:
        spread = 4 * (rung.share * (1 - rung.share) / len(keys)) ** 0.5
        assert abs(sum(y < rung.share for y in share) / len(keys) - rung.share) < spread
    both = sum(a < 0.25 and b < 0.25 for a, b in zip(share, shadow, strict=True)) / len(keys)
    assert abs(both - 0.0625) < 0.008


def test_every_field_moves_the_bucket() -> None:
    found = {
        bucket(SECRET, SLICE, ID, "k"),
        bucket(b"another secret..", SLICE, ID, "k"),
        bucket(SECRET, SliceId("metamate", "chat"), ID, "k"),
        bucket(SECRET, SliceId("metamate", "translation", "acme"), ID, "k"),
        bucket(SECRET, SLICE, hypothesis().retry().id, "k"),
        bucket(SECRET, SLICE, ID, "K"),
        bucket(SECRET, SLICE, ID, "k", purpose="shadow"),
    }
    assert len(found) == 7


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        bucket(b"", SLICE, ID, "k")


def key(**changes: str | bool | None) -> str:
    fields = {"caller": "key1", "request_id": "r1", "one_turn": False, "system": "s", "first_user_turn": "hi"}
    return sticky_key(**{**fields, **changes})  # type: ignore[arg-type]


def test_PAR_5_1_what_sticks() -> None:
    assert key(declared="c", session="x", one_turn=True) == key(declared="c", request_id="r2")
    assert key(session="x", one_turn=True) == key(session="x", request_id="r2", first_user_turn="bye")
    assert key(one_turn=True) == "request:r1"
    assert key(request_id="r2") == key()


def test_keys_belong_to_their_caller_and_are_not_confused() -> None:
    found = [
        key(),
        key(caller="key2"),
        key(system="shi", first_user_turn=""),
        key(declared="c"),
        key(declared="c", caller="key2"),
        key(session="c"),
        key(one_turn=True),
    ]
    assert len(set(found)) == len(found)


@given(text=st.text(st.characters()))
def test_any_text_makes_a_key_lone_surrogates_too(text: str) -> None:
    assert 0 <= bucket(SECRET, SLICE, ID, key(declared=text or "x", first_user_turn=text)) < 1
    assert 0 <= bucket(SECRET, SLICE, ID, text) < 1
