"""Which conversation a request belongs to: the unit of assignment and of evidence.

Declared by header, or the client's own session id, else recognised by key, system text and first user turn. A request
with one user turn and no declared conversation is a unit of its own and closes at once.
"""

from collections.abc import Mapping

from understudy.canon.parts import text_of
from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.parity.assign import sticky_key

CONVERSATION_HEADER = "x-understudy-conversation"
# Headers by which known clients name their session.
SESSION_HEADERS = ("x-session-id", "x-session-affinity", "x-claude-code-session-id", "session-id")
_INSTRUCTING = ("system", "developer")


class Conversation(Value, frozen=True):
    """A conversation's key, and whether this one request is all of it."""

    unit: str
    one_turn: bool


def conversation_of(headers: Mapping[str, str], request: Request, caller: str, request_id: str) -> Conversation:
    """The conversation that a request belongs to."""
    declared = headers.get(CONVERSATION_HEADER) or None
    session = next((headers[name] for name in SESSION_HEADERS if headers.get(name)), None)
    spoken = [message for message in request.messages if message.role not in _INSTRUCTING]
    one_turn = declared is None and session is None and len(spoken) <= 1
    opening = next((message for message in spoken if message.role == "user"), None)
    system = "\n".join(text_of(message.parts) for message in request.messages if message.role in _INSTRUCTING)
    unit = sticky_key(
        declared=declared,
        session=session,
        caller=caller,
        system=system,
        first_user_turn=text_of(opening.parts) if opening else "",
        request_id=request_id,
        one_turn=one_turn,
    )
    return Conversation(unit, one_turn)
