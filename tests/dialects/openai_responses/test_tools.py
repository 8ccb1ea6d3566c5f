"""Tools of free text and namespaces: functions for everybody else, and themselves again for their caller."""

import json
from typing import Any

from tests.dialects.openai_responses.samples import asked, from_chat, sent

from understudy.canon.request import BuiltinTool, Tool
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses.tools import flat_name, names_of, write_tool
from understudy.dialects.toolnames import MAX_NAME

PATCH = {
    "type": "custom",
    "name": "patch",
    "description": "Edits",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: WORD"},
}
SPACE = {
    "type": "namespace",
    "name": "crm",
    "description": "Customers",
    "tools": [{"type": "function", "name": "find", "parameters": {"type": "object"}, "strict": True}],
}


def test_T22_a_tool_of_free_text_is_a_function_of_one_text() -> None:
    request = asked(tools=[PATCH])
    assert request.tools is not None
    (tool,) = request.tools
    assert isinstance(tool, Tool)
    assert (tool.name, tool.description) == ("patch", "Edits")
    assert tool.parameters is not None
    assert tool.parameters["required"] == ["input"]
    # The grammar cannot be held to elsewhere; the model is told of it.
    assert "start: WORD" in json.dumps(tool.parameters)
    assert "format" in tool.extras
    names = names_of(request)
    assert names.custom == {"patch"}
    assert write_tool(tool, names, own=True) == PATCH


def test_W9_a_namespace_is_flattened_and_its_functions_named_again() -> None:
    request = asked(tools=[SPACE])
    assert request.tools is not None
    (tool,) = request.tools
    assert isinstance(tool, Tool)
    assert (tool.name, tool.strict, tool.extras) == ("crm__find", True, {"namespace": "Customers"})
    names = names_of(request)
    assert names.spelt("crm__find") == {"name": "find", "namespace": "crm"}
    assert names.spelt("other") == {"name": "other"}


def test_W9_tools_may_be_declared_in_the_conversation() -> None:
    """Codex does so: what is declared anew replaces what was declared before, and nothing is said by it."""

    def declared(*tools: Any) -> dict[str, Any]:
        return {"type": "additional_tools", "role": "developer", "tools": list(tools)}

    script = {"type": "namespace", "name": "functions", "tools": [{**PATCH, "name": "exec"}]}
    plain = {"type": "function", "name": "add", "parameters": {"type": "object"}, "description": "old"}
    user = {"role": "user", "content": "Add"}
    newer = {**plain, "description": "new"}
    request = asked(tools=[plain], input=[declared(script, {"type": "web_search"}), user, declared(newer)])
    assert [message.role for message in request.messages] == ["user"]
    assert request.tools is not None
    assert [getattr(tool, "name", "") for tool in request.tools] == ["functions__exec", "", "add"]
    assert request.tools[2] == Tool("add", "new", {"type": "object"}, None)
    names = names_of(request)
    assert names.custom == {"functions__exec"}
    assert names.spelt("functions__exec") == {"name": "exec", "namespace": "functions"}
    # A host of this dialect gets the items as they came, others the tools in their own form.
    assert sent(request)["input"] == [declared(script, {"type": "web_search"}), user, declared(newer)]
    assert asked(input=[declared(), user]).tools == ()
    assert asked(input=[user]).tools is None


def test_T23_a_flat_name_that_would_be_too_long_ends_in_a_digest() -> None:
    long = flat_name("s" * 40, "n" * 40)
    assert len(long) == MAX_NAME
    assert long != flat_name("s" * 40, "n" * 39 + "m")
    request = asked(tools=[{**SPACE, "name": "s" * 40, "tools": [{"type": "function", "name": "n" * 40}]}])
    assert names_of(request).spelt(long) == {"name": "n" * 40, "namespace": "s" * 40}


def test_W9_a_coding_client_does_without_tools_that_only_its_host_runs() -> None:
    search = {"type": "web_search"}
    assert asked(tools=[search]).tools == (BuiltinTool("web_search", search),)
    request = asked(tools=[search], client_metadata={"x": "y"})
    assert request.tools == (BuiltinTool("web_search", search, optional=True),)


def test_a_free_text_tool_in_a_namespace_is_both() -> None:
    request = asked(tools=[{**SPACE, "tools": [PATCH]}])
    names = names_of(request)
    assert names.custom == {"crm__patch"}
    assert names.spelt("crm__patch") == {"name": "patch", "namespace": "crm"}


def test_T65_a_function_is_strict_only_where_the_caller_said_so() -> None:
    function = {"name": "add", "parameters": {"type": "object"}}
    assert sent(from_chat(tools=[{"type": "function", "function": function}]))["tools"][0]["strict"] is False
    strict = {"type": "function", "function": {**function, "strict": True}}
    assert sent(from_chat(tools=[strict]))["tools"][0]["strict"] is True


def test_nothing_is_remembered_of_another_dialects_tools() -> None:
    names = names_of(CHAT.decode_request(b'{"model":"m","messages":[{"role":"user","content":"x"}]}'))
    assert (names.custom, names.spaces) == (frozenset(), {})
