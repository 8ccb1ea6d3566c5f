"""Items of an answer, one for each part."""

import pytest

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.dialects.openai_responses.output import Item, answer_id, answer_of
from understudy.dialects.openai_responses.tools import Names

NAMES = Names(frozenset({"patch"}), {"crm__find": ("crm", "find")})


def body(part: ReplyPart) -> dict[str, object]:
    return Item(part, 2, "resp_x", NAMES).body(done=True)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (Text("Hi"), {"type": "message", "id": "msg_x_2", "role": "assistant", "status": "completed"}),
        (ToolCall("c", "crm__find", "{}"), {"id": "fc_x_2", "name": "find", "namespace": "crm", "arguments": "{}"}),
        (ToolCall("c", "patch", '{"input":"a"}'), {"id": "ctc_x_2", "type": "custom_tool_call", "input": "a"}),
        (ToolCall("c", "add"), {"call_id": "c", "arguments": "{}", "status": "completed"}),
        (Thinking("So", "s", "openai_responses"), {"id": "rs_x_2", "encrypted_content": "s"}),
        (Thinking("", "s", "gemini", True), {"summary": [], "encrypted_content": "understudy-seal:gemini:redacted:s"}),
        (Opaque("web_search_call", {"id": "ws"}), {"id": "ws"}),
    ],
)
def test_each_part_has_an_item_of_its_kind(part: ReplyPart, told: dict[str, object]) -> None:
    assert told.items() <= body(part).items()


def test_T29_words_of_refusal_are_a_piece_of_their_own() -> None:
    assert body(Refusal("No"))["content"] == [{"type": "refusal", "refusal": "No"}]


def test_T14_T71_a_call_that_was_cut_off_says_so() -> None:
    assert body(ToolCall("c", "add", '{"a":'))["status"] == "incomplete"


def test_an_item_grows() -> None:
    item = Item(Text(""), 0, "resp_x", NAMES)
    assert item.body(done=False)["content"] == []
    item.words += ["a", "b"]
    assert item.text == "ab"
    assert item.body(done=True)["content"] == [item.piece("ab")]


def test_an_answers_id_is_one_of_this_dialect() -> None:
    assert answer_id("chatcmpl-1") == "resp_chatcmpl-1"
    assert answer_id("resp_1") == "resp_1"


def test_an_items_id_names_its_answer_and_a_hosts_does_not() -> None:
    item = Item(Text("Calm."), 2, "resp_ex_1", NAMES)
    assert answer_of(item.id) == "resp_ex_1"
    assert [answer_of(name) for name in ("rs_68a1", "msg_1", "fc__0", "RS_1_0", "")] == [None] * 5
