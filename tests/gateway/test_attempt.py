"""What an attempt does to an answer on its way; its faults are told in tests/journeys/test_faults.py."""

from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import RENTED, Stage
from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.reply import Reply, Started
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect, Only
from understudy.dialects.openai_responses import DIALECT as RESPONSES
from understudy.gateway.attempt import Place, call_to, identified, target_of


def test_T50_an_answer_without_an_id_has_the_exchanges() -> None:
    assert identified(Started("", "m", "converse"), "ex_1", MESSAGES) == Started("ex_1", "m", "converse")
    assert identified(Reply(id="", model="m", dialect="converse"), "ex_1", MESSAGES).id == "ex_1"


@pytest.mark.parametrize(("caller", "dialect"), [(MESSAGES, "openai_chat"), (RESPONSES, "openai_responses")])
def test_an_id_that_an_upstream_gave_stays(caller: Dialect, dialect: str) -> None:
    for told in (Started("a", "m", dialect), Reply(id="a", model="m", dialect=dialect)):
        assert identified(told, "ex_1", caller) is told


def test_T69_an_answer_that_callers_go_on_from_has_an_id_of_its_own() -> None:
    assert identified(Started("a", "m", "openai_chat"), "ex_1", RESPONSES).id == "ex_1"


def test_a_request_that_no_caller_sent_is_written_too(tmp_path: Path) -> None:
    asked = Request(model="judge", messages=(Message("user", (Text("Which one?"),)),), dialect="canon", user="u")
    call, omissions, _ = call_to(Stage(tmp_path).site, Place(RENTED, RENTED.endpoints[0]), asked, strict=False)
    assert b"Which one?" in call.body
    assert all(omission.field for omission in omissions)


def test_T60_what_a_row_says_of_some_models_is_the_targets_where_its_id_fits() -> None:
    only = (
        Only(names=("o[1-9]*", "gpt-5*"), renames={"a": "b"}),
        Only(names=("*-mini",), renames={}, unsupported=("seed",), thoughts="refused"),
    )
    targets = [
        target_of(msgspec.structs.replace(RENTED, upstream=upstream, only=only))
        for upstream in ("gpt-5", "o4-mini", "openai-1")
    ]
    assert [target.renames for target in targets] == [{"a": "b"}, {}, RENTED.renames]
    assert [target.unsupported for target in targets] == [(), ("seed",), ()]
    assert [target.thoughts for target in targets] == ["chosen", "refused", "chosen"]
