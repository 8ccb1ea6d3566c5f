"""The door of the dialect: what the corridor finds behind it."""

from tests.dialects.anthropic.samples import ECHO, STREAMS, asked, data_of

from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Dialect, Target


def test_the_dialect_is_found_where_its_clients_call() -> None:
    dialect: Dialect = DIALECT
    assert dialect.name == "anthropic"
    assert dialect.served == ("/v1/messages", "/anthropic/v1/messages")
    assert dialect.path_to(asked(), Target("m", "anthropic")) == "/messages"
    assert dialect.markers == ("anthropic-version", "x-api-key")


def test_W5_the_betas_of_a_caller_go_on_with_its_body() -> None:
    assert DIALECT.forwarded == ("anthropic-beta",)


def test_each_exchange_has_a_decoder_and_an_encoder_of_its_own() -> None:
    first, second = DIALECT.reply_decoder("anthropic"), DIALECT.reply_decoder("anthropic")
    half = len(STREAMS["text"]) // 2
    first.feed(STREAMS["text"][:half])
    assert second.feed(STREAMS["text"]) != []
    assert first.feed(STREAMS["text"][half:])[-1].terminal
    assert DIALECT.reply_encoder(asked(), ECHO) is not DIALECT.reply_encoder(asked(), ECHO)


def test_T52_a_ping_follows_the_start_and_a_comment_comes_before_it() -> None:
    assert data_of(DIALECT.keep_alive(asked(), True)) == [{"type": "ping"}]
    assert DIALECT.keep_alive(asked(), False).startswith(b": ")
    assert DIALECT.keep_alive(asked(), False).endswith(b"\n\n")


def test_R1_no_closing_line_is_invented() -> None:
    assert DIALECT.closing(asked()) == b""
