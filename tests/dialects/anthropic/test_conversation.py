"""How a conversation of another dialect is brought into strict turns."""

from typing import Any

from tests.dialects.anthropic.samples import asked, refused, written

from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.dialects.turntaking import NO_RESULT, OPENING, SYSTEM_CLOSE, SYSTEM_OPEN


def user(*parts: Part | str) -> Message:
    return Message("user", tuple(Text(part) if isinstance(part, str) else part for part in parts))


def model(*parts: Part | str) -> Message:
    return Message("assistant", tuple(Text(part) if isinstance(part, str) else part for part in parts))


def result(call_id: str, text: str = "ok", **fields: Any) -> Message:
    return Message("tool", (ToolResult(call_id, (Text(text),), plain=True, **fields),))


def words(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text} for text in texts]


def messages(*said: Message) -> list[dict[str, Any]]:
    sent, left = written(asked(*said))
    assert left == set()
    found: list[dict[str, Any]] = sent["messages"]
    return found


def test_T1_T3_every_opening_instruction_is_joined_in_order() -> None:
    said = (Message("system", (Text("a"),), plain=True), Message("developer", (Text("b"), Text("c"))), user("Hi"))
    sent, left = written(asked(*said))
    assert sent["system"] == words("a", "b", "c")
    assert left == set()
    alone, _ = written(asked(said[0], user("Hi")))
    assert alone["system"] == "a"


def test_T2_a_later_instruction_is_marked_text_at_its_place() -> None:
    late = Message("system", (Text("In French."),), plain=True)
    sent, left = written(asked(user("Hi"), model("Hello"), late, user("Go on")))
    assert "system" not in sent
    assert sent["messages"][2]["content"] == words(f"{SYSTEM_OPEN}In French.{SYSTEM_CLOSE}", "Go on")
    assert left == {"messages.2.role"}


def test_T5_neighbours_of_one_role_are_merged_part_by_part() -> None:
    assert messages(user("a"), user("b", "c"), model("d"), model("e"), user("f")) == [
        {"role": "user", "content": words("a", "b", "c")},
        {"role": "assistant", "content": words("d", "e")},
        {"role": "user", "content": words("f")},
    ]


def test_T6_empty_words_beside_a_call_make_no_block() -> None:
    said = messages(user("Go"), model("", ToolCall("a", "f", "{}")), result("a"))
    assert said[1]["content"] == [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]


def test_words_of_white_space_alone_are_left_out_and_said() -> None:
    sent, left = written(asked(user("Go", " \n"), model(""), user("on")))
    assert sent["messages"] == [{"role": "user", "content": words("Go", "on")}]
    assert left == {"messages.0.content.1"}


def test_T7_a_prefill_is_passed_on() -> None:
    assert messages(user("Name one."), model("The best is"))[-1] == {
        "role": "assistant",
        "content": words("The best is"),
    }


def test_T8_a_conversation_that_the_model_opens_is_given_an_opening() -> None:
    sent, left = written(asked(model("Welcome"), user("Hi")))
    assert sent["messages"][0] == {"role": "user", "content": OPENING}
    assert left == {"messages"}
    only, _ = written(asked(Message("system", (Text("Say hello."),))))
    assert only["system"] == words("Say hello.")
    assert only["messages"] == [{"role": "user", "content": OPENING}]
    assert refused(written, asked(user(""))).param == "messages"


def test_T9_illegal_ids_are_spelt_alike_for_call_and_result() -> None:
    said = messages(user("Go"), model(ToolCall("functions.add:0", "add", "{}")), result("functions.add:0"))
    wire = said[1]["content"][0]["id"]
    assert wire == said[2]["content"][0]["tool_use_id"]
    assert wire.replace("_", "").replace("-", "").isalnum()


def test_T9_ids_that_are_used_again_become_unique() -> None:
    turn = (model(ToolCall("0", "f", "{}")), result("0"))
    said = messages(user("Go"), *turn, *turn, *turn)
    ids = [block["id"] for message in said if message["role"] == "assistant" for block in message["content"]]
    answers = [message["content"][0]["tool_use_id"] for message in said[2::2]]
    assert ids == answers == ["0", "0_2", "0_3"]


def test_T11_T12_all_results_go_first_into_one_turn_and_pair_by_id() -> None:
    said = messages(
        user("Go"), model(ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")), result("b"), result("a"), user("Well?")
    )
    assert len(said) == 3
    assert [block.get("tool_use_id", block["type"]) for block in said[2]["content"]] == ["a", "b", "text"]


def test_T11_results_behind_words_of_one_message_are_put_first() -> None:
    answer = user("Here:", ToolResult("a", (Text("1"),)))
    said = messages(user("Go"), model(ToolCall("a", "f", "{}")), answer)
    assert [block["type"] for block in said[2]["content"]] == ["tool_result", "text"]


def test_T13_a_missing_result_becomes_an_error_result() -> None:
    calls = model(ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}"))
    error = {"type": "tool_result", "tool_use_id": "b", "content": NO_RESULT, "is_error": True}
    sent, left = written(asked(user("Go"), calls, result("a"), user("Well?")))
    assert [block["type"] for block in sent["messages"][2]["content"]] == ["tool_result", "tool_result", "text"]
    assert sent["messages"][2]["content"][1] == error
    assert left == {"messages"}
    ended, _ = written(asked(user("Go"), model(ToolCall("b", "g", "{}"))))
    assert ended["messages"][-1] == {"role": "user", "content": [error]}


def test_T13_a_result_without_a_call_is_refused() -> None:
    for said in ((user("Go"), result("a")), (user("Go"), model(ToolCall("a", "f")), result("a"), result("a"))):
        fault = refused(written, asked(*said))
        assert fault.param == "messages"
        assert "'a'" in fault.message


def test_T14_arguments_become_objects() -> None:
    for text, sent in (("", {}), ("  ", {}), ("null", {}), ('{"b":1,"a":2}', {"b": 1, "a": 2})):
        said = messages(user("Go"), model(ToolCall("a", "f", text)), result("a"))
        assert said[1]["content"][0]["input"] == sent


def test_T14_broken_arguments_become_an_empty_object_and_are_said() -> None:
    for text in ('{"city": "Os', "[1]", "Oslo", '{"a":1}}'):
        sent, left = written(asked(user("Go"), model(ToolCall("a", "f", text)), result("a")))
        assert sent["messages"][1]["content"][0]["input"] == {}
        assert left == {"messages.1.content.0.arguments"}


def test_T20_results_carry_errors_and_pictures() -> None:
    answer = Message("tool", (ToolResult("a", (Image(Remote("https://p.example/1.png")),), is_error=True),))
    said = messages(user("Go"), model(ToolCall("a", "f")), answer)
    assert said[2]["content"] == [
        {
            "type": "tool_result",
            "tool_use_id": "a",
            "content": [{"type": "image", "source": {"type": "url", "url": "https://p.example/1.png"}}],
            "is_error": True,
        }
    ]


def test_T43_T44_pictures_and_papers() -> None:
    pictures = user(Image(Inline("image/png", "AA"), detail="high"), Document(Inline("application/pdf", "BB"), "p.pdf"))
    sent, left = written(asked(pictures))
    assert sent["messages"][0]["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "BB"},
            "title": "p.pdf",
        },
    ]
    assert left == {"messages.0.content.0.detail"}
    assert "'text/csv'" in refused(written, asked(user(Document(Inline("text/csv", "BB"))))).message


def test_T40_thinking_crosses_whole_with_the_makers_seal_or_not_at_all() -> None:
    thoughts = (
        Thinking("kept", "s1", "anthropic"),
        Thinking("", "s2", "anthropic", redacted=True),
        Thinking("foreign", "s3", "gemini"),
        Thinking("unsealed"),
    )
    sent, left = written(asked(user("Go"), model(*thoughts, "Yes"), user("on")))
    assert sent["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "kept", "signature": "s1"},
        {"type": "redacted_thinking", "data": "s2"},
        *words("Yes"),
    ]
    assert left == {"messages.1.content.2", "messages.1.content.3"}


def test_T29_a_refusal_keeps_its_words() -> None:
    assert messages(user("Go"), model(Refusal("No.")), user("ok"))[1]["content"] == words("No.")


def test_content_that_only_another_dialect_knows_is_refused_by_name() -> None:
    fault = refused(written, asked(user(Opaque("input_audio", {"type": "input_audio"}))))
    assert fault.param == "messages.0.content.0"
    assert all(word in fault.message for word in ("'input_audio'", "openai_chat", "anthropic"))
    assert "'image'" in refused(written, asked(Message("system", (Image(Remote("u")),)), user("x"))).message


def test_R13_names_and_extras_are_omissions_with_their_path() -> None:
    said = (Message("user", (Text("Hi", {"weight": 1}),), name="ann", extras={"audio": 1}), model("Yes"), user("on"))
    assert written(asked(*said))[1] == {"messages.0.name", "messages.0.audio", "messages.0.content.0.weight"}
