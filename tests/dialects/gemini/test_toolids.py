import re

from understudy.dialects.gemini.toolids import is_made, made


def test_T10_the_same_place_makes_the_same_id_and_another_place_another() -> None:
    assert made("r1", 0) == made("r1", 0) != made("r1", 1)
    assert is_made(made("r1", 0))
    assert not is_made("call_1")


def test_T9_an_id_that_was_made_is_legal_everywhere() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", made("ü/" * 100, 9_999))
