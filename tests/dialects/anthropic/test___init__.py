"""The door of the dialect: what the corridor finds behind it."""

from tests.dialects.anthropic.samples import ECHO, STREAMS, asked, data_of

from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Dialect


def test_the_dialect_is_found_where_its_clients_call() -> None:
    dialect: Dialect = DIALECT
    assert (dialect.name, dialect.served, dialect.path) == ("anthropic", ("/v1/messages",), "/messages")
    assert dialect.models_marker == "anthropic-version"


def test_each_exchange_has_a_decoder_and_an_encoder_of_its_own() -> None:
    first, second = DIALECT.reply_decoder("anthropic"), DIALECT.reply_decoder("anthropic")
    half = len(STREAMS["text"]) // 2
    first.feed(STREAMS["text"][:half])
    assert second.feed(STREAMS["text"]) != []
    assert first.feed(STREAMS["text"][half:])[-1].terminal
    assert DIALECT.reply_encoder(asked(), ECHO) is not DIALECT.reply_encoder(asked(), ECHO)


def test_T52_a_ping_follows_the_start_and_a_comment_comes_before_it() -> None:
    assert data_of(DIALECT.keep_alive(True)) == [{"type": "ping"}]
    assert DIALECT.keep_alive(False).startswith(b": ")
    assert DIALECT.keep_alive(False).endswith(b"\n\n")


def test_R1_no_closing_line_is_invented() -> None:
    assert DIALECT.closing() == b""
