"""Offers: the tools of a request that an upstream of one dialect can be offered.

A tool that a provider runs itself has no peer elsewhere. Dropping it on the quiet would leave the caller waiting for
what nobody does, so it is a fault that names it, unless the caller is known to do without: then it is an omission.
"""

from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.losses import Gathered, foreign


def offered(request: Request, here: str, losses: Gathered) -> list[tuple[str, Tool | BuiltinTool]]:
    """The tools with their paths, less those that the dialect `here` has no word for; a Fault where one must not go."""
    kept = []
    for place, tool in enumerate(request.tools or ()):
        path = losses.at("tools", place)
        if isinstance(tool, Tool) or request.dialect == here:
            kept.append((path, tool))
        elif tool.optional:
            losses.add(path, f"a tool of type {tool.kind!r} is run by hosts of the {request.dialect} dialect alone")
        else:
            raise foreign(path, "a tool", tool.kind, request.dialect, here)
    return kept
