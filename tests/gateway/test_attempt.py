"""What an attempt does to an answer on its way; its faults are told in tests/journeys/test_faults.py."""

from understudy.canon.reply import Delta, Reply, Started
from understudy.gateway.attempt import identified


def test_T50_an_answer_without_an_id_has_the_exchanges() -> None:
    assert identified(Started("", "m", "converse"), "ex_1") == Started("ex_1", "m", "converse")
    assert identified(Reply(id="", model="m", dialect="converse"), "ex_1").id == "ex_1"


def test_every_other_thing_that_is_told_stays_as_it_is() -> None:
    for told in (Started("a", "m", "anthropic"), Reply(id="a", model="m", dialect="anthropic"), Delta(0, "x")):
        assert identified(told, "ex_1") is told
