"""Seals of any maker, there and back through one field."""

from hypothesis import given
from hypothesis import strategies as st

from understudy.dialects.seals import Seal, read_seal, write_seal


def test_T39_its_own_seal_goes_as_it_is() -> None:
    assert write_seal("gAAA:x", "openai_responses", "openai_responses", redacted=False) == "gAAA:x"
    assert read_seal("gAAA:x", "openai_responses") == Seal("gAAA:x", "openai_responses")


@given(st.text(), st.sampled_from(["anthropic", "gemini"]), st.booleans())
def test_T37_T40_a_seal_of_another_maker_comes_back_byte_equal_with_its_name(
    seal: str, maker: str, redacted: bool
) -> None:
    text = write_seal(seal, maker, "openai_responses", redacted=redacted)
    assert text != seal
    assert read_seal(text, "openai_responses") == Seal(seal, maker, redacted)


def test_a_text_that_only_looks_marked_is_a_seal_like_any() -> None:
    for text in ("understudy-seal:anthropic:open", "understudy-seal:a:odd:x", "understudy"):
        assert read_seal(text, "m") == Seal(text, "m")
