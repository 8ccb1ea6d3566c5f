import pytest
from tests.dialects.gemini.samples import ELSEWHERE, from_chat, left_out, sent

from understudy.canon.faults import Fault
from understudy.dialects.turntaking import NO_RESULT, OPENING, SYSTEM_CLOSE, SYSTEM_OPEN

PNG = "data:image/png;base64,AAAA"


def call(call_id: str, name: str = "f", arguments: str = "{}") -> dict[str, object]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_T1_T2_instructions_are_joined_in_order_and_later_ones_keep_their_place() -> None:
    said = [("system", "one"), ("developer", "two"), ("user", "a"), ("system", "late"), ("user", "b")]
    fields = sent(from_chat(messages=[{"role": role, "content": text} for role, text in said]))
    assert fields["systemInstruction"]["parts"] == [{"text": "one"}, {"text": "two"}]
    texts = [part["text"] for part in fields["contents"][0]["parts"]]
    assert texts == ["a", f"{SYSTEM_OPEN}late{SYSTEM_CLOSE}", "b"]


def test_T8_a_first_turn_that_is_not_the_users_is_given_an_opening() -> None:
    request = from_chat(messages=[{"role": "assistant", "content": "Hi"}, {"role": "user", "content": "a"}])
    assert [content["role"] for content in sent(request)["contents"]] == ["user", "model", "user"]
    assert sent(request)["contents"][0]["parts"] == [{"text": OPENING}]
    assert left_out(request) == ["messages"]


def test_T11_T12_all_results_of_a_turn_stand_in_one_content_under_their_names() -> None:
    said = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [call("1", "f"), call("2", "g")]},
        {"role": "tool", "tool_call_id": "2", "content": "second"},
        {"role": "tool", "tool_call_id": "1", "content": "first"},
        {"role": "user", "content": "and?"},
    ]
    contents = sent(from_chat(messages=said))["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    results = [part["functionResponse"] for part in contents[2]["parts"][:2]]
    assert [(result["id"], result["name"], result["response"]) for result in results] == [
        ("1", "f", {"output": "first"}),
        ("2", "g", {"output": "second"}),
    ]


def test_T13_a_call_without_a_result_is_given_an_error() -> None:
    said = [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [call("1")]}]
    request = from_chat(messages=said)
    assert sent(request)["contents"][2]["parts"][0]["functionResponse"]["response"] == {"error": NO_RESULT}
    with pytest.raises(Fault, match="answers no open call"):
        sent(
            from_chat(messages=[{"role": "user", "content": "a"}, {"role": "tool", "tool_call_id": "9", "content": ""}])
        )


def test_T38_T40_a_seal_goes_back_to_its_maker_on_the_same_part_or_nowhere() -> None:
    entry = {"type": "reasoning.encrypted", "data": "s", "format": "google-gemini-v1", "index": 0}
    said = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [call("1")], "reasoning_details": [entry]},
        {"role": "tool", "tool_call_id": "1", "content": "x"},
    ]
    request = from_chat(messages=said)
    assert sent(request)["contents"][1]["parts"][0]["thoughtSignature"] == "s"
    assert "thoughtSignature" not in sent(request, ELSEWHERE)["contents"][1]["parts"][0]
    assert left_out(request, ELSEWHERE)


def test_T43_pictures_cross_inline_and_by_url() -> None:
    content = [
        {"type": "text", "text": "what?"},
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}},
    ]
    request = from_chat(messages=[{"role": "user", "content": content}])
    assert sent(request)["contents"][0]["parts"][1:] == [
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://example.com/a.jpg"}},
    ]
    assert left_out(request) == ["messages[0].content[1].detail"]


def test_T14_broken_arguments_are_sent_as_nothing_and_told() -> None:
    said = [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [call("1", arguments='{"a')]}]
    request = from_chat(messages=said)
    assert sent(request)["contents"][1]["parts"][0]["functionCall"]["args"] == {}
    assert any(field.endswith("arguments") for field in left_out(request))
