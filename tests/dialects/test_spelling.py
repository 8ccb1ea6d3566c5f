"""What a translation is about, under the names that the caller's own body has."""

import msgspec
import pytest

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.omissions import Omission
from understudy.canon.parts import Text
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT as RESPONSES
from understudy.dialects.spelling import faulted, omitted, spelt

ROLES = ("system", "user", "assistant")


def asked(dialect: Dialect, *, apart: bool = True) -> Request:
    """A conversation with instructions first, which stood in a field of their own or not."""
    said = tuple(Message(role, (Text("x"),)) for role in ROLES)  # type: ignore[arg-type]
    word = dialect.spelling.apart
    return Request(model="m", messages=said, dialect=dialect.name, spelling=(word,) if apart and word else ())


@pytest.mark.parametrize(
    ("dialect", "opening", "question", "answer"),
    [
        (CHAT, "messages[0].content[0].x", "messages[1].content[0].x", "messages[2]"),
        (LLAMA, "messages[0].content[0].x", "messages[1].content[0].x", "messages[2]"),
        (RESPONSES, "instructions", "input", "input"),
        (MESSAGES, "system.0.x", "messages.0.content.0.x", "messages.1.content.0.x"),
        (GEMINI, "systemInstruction", "contents[0]", "contents[1]"),
        (CONVERSE, "system.0.x", "messages.0.content.0.x", "messages.1.content.0.x"),
    ],
)
def test_places_are_those_of_the_callers_body(dialect: Dialect, opening: str, question: str, answer: str) -> None:
    request = asked(dialect)
    for form in ("messages.{}.content.0.x", "messages[{}].content[0].x"):
        told = [spelt(form.format(place), request, dialect.spelling) for place in range(3)]
        assert told == [opening, question, answer]


def test_instructions_that_were_a_message_keep_its_number() -> None:
    request = asked(MESSAGES, apart=False)
    assert spelt("messages[0].content[0]", request, MESSAGES.spelling) == "messages.0.content.0"
    assert spelt("messages[1].content[0]", request, MESSAGES.spelling) == "messages.1.content.0"
    assert spelt("messages[0]", asked(RESPONSES, apart=False), RESPONSES.spelling) == "input"


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        (CHAT, ("reasoning_effort", "parallel_tool_calls", "response_format.strict", "stop", "temperature")),
        (
            RESPONSES,
            ("reasoning", "parallel_tool_calls", "text.format.strict", "stop", "temperature"),
        ),
        (
            MESSAGES,
            (
                "thinking",
                "tool_choice.disable_parallel_tool_use",
                "output_config.format.strict",
                "stop_sequences",
                "temperature",
            ),
        ),
        (
            GEMINI,
            (
                "generationConfig.thinkingConfig",
                "parallel_tools",
                "generationConfig.responseJsonSchema.strict",
                "generationConfig.stopSequences",
                "generationConfig.temperature",
            ),
        ),
    ],
)
def test_fields_have_the_names_of_the_callers_dialect(dialect: Dialect, names: tuple[str, ...]) -> None:
    common = ("thinking", "parallel_tools", "response_format.strict", "stop", "temperature")
    assert tuple(spelt(name, asked(dialect), dialect.spelling) for name in common) == names
    assert spelt("", asked(dialect), dialect.spelling) == ""


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        (CHAT, "tools[3].function.strict"),
        (LLAMA, "tools[3].function.strict"),
        (RESPONSES, "tools[3].strict"),
        (MESSAGES, "tools.3.strict"),
        (GEMINI, "tools"),
        (CONVERSE, "toolConfig.tools.3.toolSpec.strict"),
    ],
)
def test_what_is_said_of_a_tool_stands_where_the_caller_said_it(dialect: Dialect, name: str) -> None:
    assert spelt("tools.3.strict", asked(dialect), dialect.spelling) == name


def test_omissions_that_have_become_one_are_told_once_and_reasons_stay_apart() -> None:
    two = (Omission("messages.1.content.0", "a"), Omission("messages.1.content.1", "a"), Omission("messages.1", "b"))
    assert omitted(two, asked(GEMINI), GEMINI.spelling) == (Omission("contents[0]", "a"), Omission("contents[0]", "b"))


def test_a_fault_names_the_callers_field_in_its_words_too() -> None:
    fault = faulted(
        bad_request("messages.1.content.0: no audio here", "messages.1.content.0"), asked(GEMINI), GEMINI.spelling
    )
    assert (fault.param, fault.message) == ("contents[0]", "contents[0]: no audio here")
    other = faulted(bad_request("say less", "temperature"), asked(GEMINI), GEMINI.spelling)
    assert (other.param, other.message) == ("generationConfig.temperature", "say less")
    assert faulted(bad_request("say less"), asked(GEMINI), GEMINI.spelling).param is None


@pytest.mark.parametrize("dialect", [CHAT, RESPONSES])
@pytest.mark.parametrize(("words", "name"), [((), "user"), (("safety_identifier",), "safety_identifier")])
def test_a_name_of_two_is_the_one_that_the_caller_used(dialect: Dialect, words: tuple[str, ...], name: str) -> None:
    request = msgspec.structs.replace(asked(dialect), spelling=words)
    assert spelt("user", request, dialect.spelling) == name
