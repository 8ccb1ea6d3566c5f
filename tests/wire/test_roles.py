"""T1 to T8: roles, and the order of turns."""

from tests.wire.house import A, C, Wire
from tests.wire.mutants import mutant

TOLD = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "Calm."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 2},
}


@mutant("dialects/anthropic/conversation.py", "tuple(system), plain=len", "tuple(system[:1]), plain=len")
def test_T1_system_texts_are_joined_in_order_and_none_is_dropped(wire: Wire) -> None:
    model = wire.says(A, TOLD)
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "How is the harbour?"},
    ]
    answer = wire.ask(C, model, {"messages": said})
    assert answer.status == 200, answer.body
    assert answer.json["choices"][0]["message"]["content"] == "Calm."
    assert [block["text"] for block in wire.sent().json["system"]] == ["Be brief.", "Be kind."]
