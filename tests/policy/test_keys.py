"""Keys: a digest under the server's secret, admission, and what a key may ask for."""

import hashlib
import hmac

import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.policy.keys import ANYONE, PREFIX, Caller, Key, Keyring, admit, admit_ticket, digest, permit, ticket

SECRET = b"s" * 32
WORD = PREFIX + "word"
KEY = Key(name="team", digest=digest(SECRET, WORD), routes=("r", "own"), tenant="acme")
RING = Keyring({KEY.digest: KEY})


def test_a_digest_is_an_hmac_and_not_the_key() -> None:
    assert digest(SECRET, WORD) == hmac.new(SECRET, b"key:" + WORD.encode(), hashlib.sha256).hexdigest()
    assert WORD not in digest(SECRET, WORD)
    assert digest(SECRET, WORD) != digest(b"t" * 32, WORD)
    assert digest(SECRET, WORD) != digest(SECRET, WORD + "x")


def test_a_known_key_is_admitted_with_its_rights() -> None:
    assert admit(RING, SECRET, WORD) == Caller("team", "acme", ("r", "own"))


@pytest.mark.parametrize("presented", [None, "", WORD + "x", KEY.digest, "schlüssel"])
def test_any_other_key_is_turned_away(presented: str | None) -> None:
    with pytest.raises(Fault) as raised:
        admit(RING, SECRET, presented)
    assert raised.value.kind is FaultKind.AUTHENTICATION
    assert raised.value.row.status == 401


def test_the_words_of_a_refusal_help_and_never_repeat_the_key() -> None:
    with pytest.raises(Fault, match="no API key was sent"):
        admit(RING, SECRET, None)
    with pytest.raises(Fault, match="understudy key create") as raised:
        admit(RING, SECRET, "sk-wrong-one")
    assert "sk-wrong-one" not in raised.value.message


def test_another_server_secret_knows_none_of_the_keys() -> None:
    with pytest.raises(Fault):
        admit(RING, b"other", WORD)


@pytest.mark.parametrize("presented", [None, "anything"])
def test_an_empty_ring_is_open(presented: str | None) -> None:
    assert admit(Keyring(), SECRET, presented) == ANYONE


def test_a_key_without_routes_may_ask_for_all() -> None:
    permit(ANYONE, "anything")
    permit(Caller("team", "acme"), "provider/any")


def test_a_key_with_routes_may_ask_for_those_alone() -> None:
    caller = admit(RING, SECRET, WORD)
    permit(caller, "r")
    permit(caller, "own")
    with pytest.raises(Fault, match="key 'team' may not use 'r2'; it may use: r, own") as raised:
        permit(caller, "r2")
    assert (raised.value.kind, raised.value.param) == (FaultKind.PERMISSION, "model")


def test_a_key_says_which_models_and_which_kind() -> None:
    key = Key(name="k", digest=digest(SECRET, "sk"), only_owned=True, kind="payroll")
    caller = admit(Keyring({key.digest: key}), SECRET, "sk")
    assert (caller.only_owned, caller.kind) == (True, "payroll")


ADDRESS = "/passthrough/p/files?id=1"


def test_a_ticket_opens_its_address_in_its_callers_name_until_its_time_is_over() -> None:
    told = ticket(SECRET, admit(RING, SECRET, WORD), ADDRESS, 100.0)
    assert admit_ticket(RING, SECRET, told, ADDRESS, 99.0) == admit(RING, SECRET, WORD)
    assert admit_ticket(Keyring(), SECRET, told, ADDRESS, 99.0) == ANYONE
    assert WORD not in told
    assert KEY.digest not in told


@pytest.mark.parametrize(
    ("ring", "secret", "address", "now_s", "forged"),
    [
        (RING, SECRET, ADDRESS, 100.0, None),
        (RING, SECRET, ADDRESS + "2", 0.0, None),
        (RING, b"t" * 32, ADDRESS, 0.0, None),
        (Keyring({KEY.digest: Key(name="other", digest=KEY.digest)}), SECRET, ADDRESS, 0.0, None),
        (RING, SECRET, ADDRESS, 0.0, "team.999"),
        (RING, SECRET, ADDRESS, 0.0, "other.100"),
        (RING, SECRET, ADDRESS, 0.0, ""),
    ],
)
def test_any_other_ticket_is_turned_away(
    ring: Keyring, secret: bytes, address: str, now_s: float, forged: str | None
) -> None:
    told = ticket(SECRET, admit(RING, SECRET, WORD), ADDRESS, 100.0)
    if forged is not None:
        told = f"{forged}.{told.rpartition('.')[2]}"
    with pytest.raises(Fault, match="this address was made") as raised:
        admit_ticket(ring, secret, told, address, now_s)
    assert raised.value.kind is FaultKind.AUTHENTICATION


def test_words_that_are_no_ticket_are_turned_away() -> None:
    for told in ("", "x", "..", "team.soon.0", "ü.1.2"):
        with pytest.raises(Fault, match="this address was made"):
            admit_ticket(RING, SECRET, told, ADDRESS, 0.0)
