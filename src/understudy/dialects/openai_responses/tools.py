"""Tools: functions, tools that take free text, namespaces, and those that the host runs itself.

They stand in the request, or in items of the conversation. Canon has functions. A tool of free text becomes one whose
only argument is that text, under the name `input`, and a function in a namespace gets a name with the namespace in it;
`Request.spelling` remembers both, so that the calls of a model that speaks another dialect come back to this caller as
it declared them.
"""

from typing import Any, NamedTuple

import msgspec

from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.fields import ARRAY, FLAG, OBJECT, STRING
from understudy.dialects.freetext import CUSTOM, customs, parameters
from understudy.dialects.openai_fields import Fields, at
from understudy.dialects.openai_responses.words import ADDITIONAL_TOOLS, NAMESPACE
from understudy.dialects.toolnames import legal_name


def read_tools(top: Fields, spelling: list[str]) -> tuple[Tool | BuiltinTool, ...] | None:
    """The tools of a request; those of a namespace stand one by one. What an item declares anew counts."""
    tools: list[Any] | None = top.take("tools", ARRAY)
    said = top.rest.get("input")
    items = [(place, item) for place, item in enumerate(said if isinstance(said, list) else ()) if declares(item)]
    if tools is None and not items:
        return None
    # A client that sends this knows its tools by what a host offers, and does without the others.
    optional = "client_metadata" in top.rest
    read = _read_all(tools or [], "tools", spelling, optional=optional)
    for place, item in items:
        added = _read_all(item["tools"], at(at("input", place), "tools"), spelling, optional=optional)
        names = {tool.name for tool in added if isinstance(tool, Tool)}
        read = [tool for tool in read if isinstance(tool, BuiltinTool) or tool.name not in names] + added
    return tuple(read)


def declares(item: Any) -> bool:
    """Whether an item of a conversation declares tools."""
    return isinstance(item, dict) and item.get("type") == ADDITIONAL_TOOLS and isinstance(item.get("tools"), list)


def _read_all(tools: list[Any], path: str, spelling: list[str], *, optional: bool) -> list[Tool | BuiltinTool]:
    return [
        read
        for place, tool in enumerate(tools)
        for read in _read_tool(tool, at(path, place), spelling, optional=optional)
    ]


def _read_tool(value: Any, path: str, spelling: list[str], *, optional: bool) -> list[Tool | BuiltinTool]:
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind == "function":
        return [_function(fields)]
    if kind == "custom":
        return [_custom(fields, spelling)]
    if kind != "namespace" or not isinstance(fields.rest.get("tools"), list):
        return [BuiltinTool(kind, value, optional)]
    space, about = fields.need("name", STRING), fields.take("description", STRING)
    tools: list[Tool | BuiltinTool] = []
    functions: list[Any] = fields.need("tools", ARRAY)
    for place, inner in enumerate(functions):
        for tool in _read_tool(inner, at(at(path, "tools"), place), spelling, optional=optional):
            tools.append(_spaced(tool, space, about, spelling) if isinstance(tool, Tool) else tool)
    return tools


def _function(fields: Fields) -> Tool:
    return Tool(
        fields.need("name", STRING),
        fields.take("description", STRING),
        fields.take("parameters", OBJECT),
        fields.take("strict", FLAG),
        fields.rest,
    )


def _custom(fields: Fields, spelling: list[str]) -> Tool:
    name, about = fields.need("name", STRING), fields.take("description", STRING)
    spelling.append(CUSTOM + name)
    return Tool(name, about, parameters(fields.rest.get("format")), extras=fields.rest)


def _spaced(tool: Tool, space: str, about: str | None, spelling: list[str]) -> Tool:
    name = flat_name(space, tool.name)
    spelling.append(NAMESPACE + msgspec.json.encode([name, space, tool.name]).decode())
    if CUSTOM + tool.name in spelling:
        spelling[spelling.index(CUSTOM + tool.name)] = CUSTOM + name
    extras = tool.extras if about is None else {**tool.extras, "namespace": about}
    return msgspec.structs.replace(tool, name=name, extras=extras)


def flat_name(space: str | None, name: str) -> str:
    """One name for a function in a namespace, one that hosts of every dialect take."""
    if not space:
        return name
    return legal_name(f"{space.removesuffix('__')}__{name}")


class Names(NamedTuple):
    """How a caller declared its tools: those of free text, and the namespace and inner name of flattened ones."""

    custom: frozenset[str] = frozenset()
    spaces: dict[str, tuple[str, str]] = {}

    def spelt(self, name: str) -> dict[str, str]:
        """The fields by which a call names its tool."""
        space, inner = self.spaces.get(name, ("", name))
        return {"name": inner, "namespace": space} if space else {"name": name}


def names_of(request: Request) -> Names:
    """What the spelling of a request remembers of its tools; nothing where it came in another dialect."""
    spaced = (word.removeprefix(NAMESPACE) for word in request.spelling if word.startswith(NAMESPACE))
    told = (msgspec.json.decode(word, type=tuple[str, str, str]) for word in spaced)
    spaces = {flat: (space, inner) for flat, space, inner in told}
    return Names(customs(request.spelling), spaces)


def write_tool(tool: Tool | BuiltinTool, names: Names, *, own: bool) -> dict[str, Any]:
    """A tool as the body has it; a host makes functions strict of itself where nothing is said, so that is said."""
    if isinstance(tool, BuiltinTool):
        return tool.body
    about = {} if tool.description is None else {"description": tool.description}
    if own and tool.name in names.custom:
        return {"type": "custom", "name": tool.name, **about, **tool.extras}
    schema = tool.parameters or {"type": "object", "properties": {}}
    body: dict[str, Any] = {"type": "function", "name": tool.name, **about, "parameters": schema}
    if tool.strict is not None or not own:
        body["strict"] = bool(tool.strict)
    return {**body, **tool.extras} if own else body
