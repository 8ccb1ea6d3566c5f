import pytest

from understudy.canon.faults import Fault
from understudy.dialects.fields import STRING
from understudy.dialects.gemini.fields import Fields, camel, checked, wrong


def test_both_spellings_of_a_name_are_one_field() -> None:
    assert Fields({"system_instruction": "a", "topP": 1}, "").rest == {"systemInstruction": "a", "topP": 1}
    assert camel("parameters_json_schema") == "parametersJsonSchema"


def test_a_wrong_value_is_named_with_its_path() -> None:
    with pytest.raises(Fault, match=r"contents\[0\]\.role: must be a string, not 7"):
        Fields({"role": 7}, "contents[0]").take("role", STRING)
    with pytest.raises(Fault, match="name: is required"):
        Fields({}, "").need("name", STRING)
    with pytest.raises(Fault, match="must be a string"):
        checked(None, STRING, "x")
    assert wrong("", "is odd").message == "body: is odd"
