"""Conversations of other dialects under this one's rules; the maker's own library lets each of them pass."""

from tests.dialects.converse.samples import ELSEWHERE, left_out, refused, said, sent

from understudy.canon.messages import Message
from understudy.canon.parts import Document, Image, Inline, Opaque, Remote, Text, Thinking, ToolCall, ToolResult
from understudy.dialects.converse.conversation import fitted_id

ASK = Message("user", (Text("Add"),))


def test_T1_T2_T5_instructions_and_neighbours() -> None:
    request = said(
        Message("system", (Text("A"),)),
        Message("developer", (Text("B"),)),
        ASK,
        Message("user", (Text("it"), Text(" "))),
        Message("system", (Text("C"),)),
    )
    body = sent(request)
    assert body["system"] == [{"text": "A"}, {"text": "B"}]
    (turn,) = body["messages"]
    assert turn["content"] == [{"text": "Add"}, {"text": "it"}, {"text": "<system>\nC\n</system>"}]


def test_T11_T13_results_come_first_and_a_missing_one_is_told() -> None:
    calls = Message("assistant", (ToolCall("a", "f", '{"x":1}'), ToolCall("b/1", "g")))
    request = said(ASK, calls, Message("user", (Text("Go on"), ToolResult("a", (Text("1"),)))))
    messages = sent(request)["messages"]
    assert messages[1]["content"][1] == {"toolUse": {"toolUseId": fitted_id("b/1"), "name": "g", "input": {}}}
    first, second, words = messages[2]["content"]
    assert first == {"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}}
    assert (second["toolResult"]["toolUseId"], second["toolResult"]["status"]) == (fitted_id("b/1"), "error")
    assert words == {"text": "Go on"}
    assert left_out(request) == ["messages"]


def test_T8_the_user_opens_and_T13_a_last_call_is_answered() -> None:
    messages = sent(said(Message("assistant", (ToolCall("a", "f"),))))["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]


def test_T9_an_id_outside_the_alphabet_becomes_a_digest() -> None:
    assert fitted_id("call_1") == "call_1"
    assert fitted_id("functions.add:0") == fitted_id("functions.add:0") != fitted_id("functions.add:1")
    assert len(fitted_id("x" * 65)) <= 64


def test_T9_an_id_that_stands_twice_is_made_unique_in_call_and_result_alike() -> None:
    calls = Message("assistant", (ToolCall("a", "f"), ToolCall("a", "g")))
    results = Message("user", (ToolResult("a", (Text("1"),)), ToolResult("a", (Text("2"),))))
    messages = sent(said(ASK, calls, results, calls, results))["messages"]
    assert sent(said(ASK, calls, results))["messages"] == messages[:3]
    asked = [piece["toolUse"]["toolUseId"] for turn in messages[1::2] for piece in turn["content"]]
    told = [piece["toolResult"] for turn in messages[2::2] for piece in turn["content"]]
    assert asked == [result["toolUseId"] for result in told]
    assert [result["content"][0]["text"] for result in told] == ["1", "2", "1", "2"]
    assert asked[0] == "a"
    assert len(set(asked)) == 4


def test_T37_T40_thinking_goes_back_to_its_maker() -> None:
    request = said(ASK, Message("assistant", (Thinking("So", "c2VhbA==", "anthropic"), Text("Two"))), ASK)
    thought = {"reasoningContent": {"reasoningText": {"text": "So", "signature": "c2VhbA=="}}}
    assert sent(request)["messages"][1]["content"] == [thought, {"text": "Two"}]
    assert sent(request, ELSEWHERE)["messages"][1]["content"] == [{"text": "Two"}]
    assert left_out(request, ELSEWHERE) == ["messages.1.content.0"]


def test_T43_T44_media_of_known_kinds_cross_and_others_are_refused() -> None:
    picture, document = (
        Image(Inline("image/png", "aGk="), "low"),
        Document(Inline("application/pdf", "aGk="), "a_b.pdf"),
    )
    request = said(Message("user", (picture, document, Text("?"))))
    assert sent(request)["messages"][0]["content"][1]["document"]["name"] == "a b pdf"
    assert left_out(request) == ["messages.0.content.0.detail", "messages.0.content.1.name"]
    for part in (Image(Remote("https://a.example/b")), Image(Inline("image/tiff", "aGk=")), Opaque("audio", {})):
        assert refused(sent, said(Message("user", (part,)))).param == "messages.0.content.0"
    assert refused(sent, said(Message("user", (Text(" "),)))).param == "messages"


def test_T14_arguments_that_are_no_object_are_told() -> None:
    assert left_out(
        said(ASK, Message("assistant", (ToolCall("a", "f", "{"),)), Message("tool", (ToolResult("a"),)))
    ) == ["messages.1.content.0.arguments"]


def test_a_text_of_white_space_alone_stays_behind_and_is_told() -> None:
    request = said(Message("user", (Text("Add"), Text(" "), Text(""))))
    assert sent(request)["messages"][0]["content"] == [{"text": "Add"}]
    assert left_out(request) == ["messages.0.content.1"]
