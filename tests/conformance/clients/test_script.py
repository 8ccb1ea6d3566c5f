"""The script looks at a request and nothing else; each kind of request gets its answer."""

import json
from typing import Any

import pytest
from tests.conformance.clients.bodies import TOOL

from understudy.conformance.answers import Answer
from understudy.conformance.clients.requests import Offered, Seen
from understudy.conformance.clients.script import answer_to, instance
from understudy.conformance.clients.tasks import COMMAND, ERRAND, FAILED, TEXT, grown, new_seed, report


def seen(said: str = ERRAND, *offered: Offered, results: str = "", form: dict[str, Any] | None = None) -> Seen:
    return Seen(said, results, offered, form, True)


def test_a_question_is_answered_in_words() -> None:
    assert answer_to(seen("How is the harbour?", Offered("shell", TOOL))) == Answer(TEXT)


def test_an_errand_is_a_call_then_a_report() -> None:
    shell = Offered("shell", TOOL)
    assert answer_to(seen(ERRAND, shell)) == Answer(calls=(("shell", {"command": COMMAND}),), stop="tools")
    made = grown(new_seed())
    assert answer_to(seen(ERRAND, shell, results=f"exit 0\n{made}\n")) == Answer(report(made))
    # Never a second call: a tool that fails would be called for ever.
    assert answer_to(seen(ERRAND, shell, results="no such file")) == Answer(FAILED)


@pytest.mark.parametrize(
    ("name", "properties", "required", "said"),
    [
        ("bash", {"command": {"type": "string"}, "why": {"type": "string"}}, ["why"], {"command": COMMAND}),
        ("exec_command", {"cmd": {"type": "STRING"}}, ["cmd"], {"cmd": COMMAND}),
        ("run_commands", {"commands": {"type": "array", "items": {"type": "string"}}}, [], {"commands": [COMMAND]}),
        ("shell", {"command": {"type": "array"}}, [], {"command": ["sh", "-c", COMMAND]}),
    ],
)
def test_the_call_fits_the_tool(name: str, properties: dict[str, Any], required: list[str], said: Any) -> None:
    others = (
        Offered("edit", {"properties": {"command": {"type": "string", "enum": ["view"]}}}),
        Offered("look", {"properties": {"path": {"type": "string"}}}),
        Offered("none", {}),
    )
    tool = Offered(name, {"properties": properties, "required": required})
    ((called, arguments),) = answer_to(seen(ERRAND, *others, tool)).calls
    assert called == name
    assert arguments == {**dict.fromkeys(required, "errand"), **said}


def test_a_tool_that_takes_a_script_gets_one() -> None:
    tool = Offered("functions__exec", {"properties": {"input": {"type": "string"}}, "required": ["input"]})
    ((_, arguments),) = answer_to(seen(ERRAND, tool)).calls
    assert json.dumps(COMMAND) in arguments["input"]
    free = Offered("exec", {}, free=True)
    assert answer_to(seen(ERRAND, free)).calls == (("exec", arguments["input"]),)


def test_without_tools_the_errand_is_an_edit_in_words() -> None:
    seed = new_seed()
    assert f"made.txt\n```\n{grown(seed)}\n```" in answer_to(seen(f"{ERRAND} seed.txt: {seed}")).text
    assert answer_to(seen(ERRAND)) == Answer(TEXT)


def test_a_form_gets_an_instance_of_it() -> None:
    form = {
        "type": "OBJECT",
        "properties": {
            "score": {"type": "integer", "minimum": 3},
            "choice": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]},
            "words": {"type": "array", "items": {"type": ["string", "null"]}, "minItems": 2},
            "sure": {"type": "boolean"},
            "nothing": {"type": "null"},
            "spare": {"type": "string"},
        },
        "required": ["score", "choice", "words", "sure", "nothing"],
    }
    made = {"score": 3, "choice": "a", "words": ["errand", "errand"], "sure": False, "nothing": None}
    assert instance(form) == made
    assert json.loads(answer_to(seen(form=form)).text) == made
