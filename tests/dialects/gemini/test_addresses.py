import msgspec
import pytest
from tests.dialects.gemini.samples import ARRAY_PATH, PATH, STREAM_PATH, asked, body

from understudy.canon.faults import Fault
from understudy.dialects.gemini.addresses import ARRAY, NUMBERS, path_for, read_address


def test_T54_the_query_tells_the_framing() -> None:
    assert read_address(PATH) == ("asked", False, ())
    assert read_address(STREAM_PATH) == ("asked", True, ())
    assert read_address(ARRAY_PATH) == ("asked", True, (ARRAY,))


def test_T25_numbers_for_words_are_asked_for_in_the_query() -> None:
    assert read_address(PATH + "?%24alt=json%3Benum-encoding%3Dint").spelling == (NUMBERS,)


def test_W3_names_may_hold_slashes_and_colons() -> None:
    assert read_address("/v1/models/acme/big%3Aone:generateContent").model == "acme/big:one"


@pytest.mark.parametrize("path", ["", "/v1/models", "/v1beta/models/x", "/v1beta/models/x:countTokens"])
def test_a_path_without_model_and_verb_is_refused(path: str) -> None:
    with pytest.raises(Fault, match="must name a model and a verb"):
        read_address(path)


@pytest.mark.parametrize("path", [PATH, STREAM_PATH, ARRAY_PATH])
def test_a_caller_of_this_dialect_is_answered_in_the_form_it_asked_for(path: str) -> None:
    request = asked(body(), path)
    assert "/v1beta" + path_for("asked", request, own=True) == path


def test_other_callers_are_answered_as_events() -> None:
    request = msgspec.structs.replace(asked(body(), ARRAY_PATH), dialect="elsewhere")
    assert path_for("models/a:b", request, own=False) == "/models/a%3Ab:streamGenerateContent?alt=sse"
