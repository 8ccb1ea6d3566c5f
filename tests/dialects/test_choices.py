"""A tool choice that the target does not take is refused with the names of both, by every dialect that writes it."""

import msgspec
import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import Request, Tool, ToolChoice
from understudy.dialects import anthropic, openai_chat
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Target

AUTO = Target("muse", "elsewhere", tool_choices=("auto",))
CHOICES = {"none": ToolChoice("none"), "required": ToolChoice("required"), "named": ToolChoice("named", "f")}


def asking(choice: ToolChoice | None, *, tools: bool = True) -> Request:
    said = (Message("user", (Text("Hello"),), plain=True),)
    return Request(
        model="m", messages=said, dialect="another", tools=(Tool("f"),) if tools else None, tool_choice=choice
    )


@pytest.mark.parametrize("dialect", [openai_chat.DIALECT, anthropic.DIALECT], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("mode", CHOICES)
def test_T18_a_mode_that_the_model_lacks_is_a_400_that_names_model_and_mode(mode: str, dialect: object) -> None:
    with pytest.raises(Fault) as raised:
        dialect.encode_request(asking(CHOICES[mode]), AUTO)  # type: ignore[attr-defined]
    fault = raised.value
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, "tool_choice")
    assert "'muse'" in fault.message
    assert repr(mode) in fault.message
    assert "'auto'" in fault.message


@pytest.mark.parametrize("mode", CHOICES)
def test_T18_the_callers_own_bytes_are_no_way_around_it(mode: str) -> None:
    word = {"type": "function", "function": {"name": "f"}} if mode == "named" else mode
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "tool_choice": word,
    }
    request = openai_chat.DIALECT.decode_request(msgspec.json.encode(body))
    with pytest.raises(Fault, match="muse"):
        openai_chat.DIALECT.encode_request(request, AUTO)


def test_what_the_model_takes_and_what_nobody_asked_for_pass() -> None:
    check_choice(asking(ToolChoice("auto")), AUTO)
    check_choice(asking(None), AUTO)
    # Without tools the choice means nothing and is left out by the writer, which says so.
    check_choice(asking(ToolChoice("required"), tools=False), AUTO)
    for choice in CHOICES.values():
        check_choice(asking(choice), Target("other", "elsewhere"))
