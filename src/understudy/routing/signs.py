"""Signs: what kind of work a known client's request is, read off the wire without a model.

Each sign is a fact of one client's requests, as recorded from its traffic; a request without any is none of these.
Agents' background calls (titles, summaries, safety checks) are many and cheap, and are told from the work itself here.
"""

import json
from collections.abc import Mapping

from understudy.canon.parts import text_of
from understudy.canon.request import Request

CODEX_TURN = "x-codex-turn-metadata"
CLAUDE_AGENT = "x-claude-code-agent-id"
# How a system text or a last user text begins or what it holds, where a client always writes so.
_TITLE = "You are a title generator"
_COMPACTION = "CRITICAL: Respond with TEXT ONLY"
_COMMIT = "one-line Git commit message"
_ARCHITECT = "expert architect engineer"
_EDITOR = "expert software developer"
_SAFETY_STOP = "</block>"
_FIM = ("<|fim_prefix|>", "<fim_prefix>", "<PRE>", "<|fim_begin|>", "[PREFIX]")
# How much of a text is looked at: signs stand at the beginning.
_LOOK_CHARS = 2_000
# Longer metadata than this is not a client's.
_MAX_METADATA_CHARS = 16_384


def kind_of_work(request: Request, headers: Mapping[str, str]) -> str | None:
    """The kind of work that a request shows by a sign; None without one."""
    system, asked = _system(request), _asked(request)
    turn, schema = _codex(headers), _schema_fields(request)
    if system.startswith(_TITLE) or (not request.tools and schema == {"title"}):
        return "title"
    if asked.startswith(_COMPACTION) or turn.get("request_kind", "turn") != "turn":
        return "compaction"
    if not request.tools and _SAFETY_STOP in (request.sampling.stop or ()):
        return "safety_check"
    if "complexity_score" in schema:
        return "complexity"
    if CLAUDE_AGENT in headers or turn.get("agent_name", "/root") != "/root":
        return "subagent"
    if _COMMIT in system:
        return "commit_message"
    if _ARCHITECT in system:
        return "plan"
    if _EDITOR in system:
        return "edit"
    return "fim" if any(sign in asked for sign in _FIM) else None


def _system(request: Request) -> str:
    """The first system text: it is the client's own, and stands first."""
    for message in request.messages:
        if message.role in ("system", "developer"):
            return text_of(message.parts)[:_LOOK_CHARS]
    return ""


def _asked(request: Request) -> str:
    last = request.messages[-1] if request.messages else None
    return text_of(last.parts)[:_LOOK_CHARS] if last is not None and last.role == "user" else ""


def _codex(headers: Mapping[str, str]) -> dict[str, object]:
    raw = headers.get(CODEX_TURN, "")
    if not raw or len(raw) > _MAX_METADATA_CHARS:
        return {}
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _schema_fields(request: Request) -> set[str]:
    schema = request.format.schema if request.format is not None else None
    fields = schema.get("properties") if isinstance(schema, dict) else None
    return set(fields) if isinstance(fields, dict) else set()
