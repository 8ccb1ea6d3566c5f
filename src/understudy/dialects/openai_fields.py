"""Fields of OpenAI's bodies: how Chat Completions and Responses spell a path and say what is wrong there.

Both dialects have one maker, one wording and one way to name a place in a body; and a few fields that canon has no word
for, which cross between them where the target is their maker's own: other hosts refuse what they do not know.
"""

from typing import Any, TypeVar

from understudy.canon.faults import Fault, bad_request
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.fields import STRING, Kind, Reader, Wording, of_kind
from understudy.dialects.losses import Gathered

T = TypeVar("T")
# Hosts refuse a longer `user`.
MAX_USER_CHARS = 64
# How newer clients call the caller's user; the request's spelling remembers it.
SAFETY = "safety_identifier"
SHARING = ("openai_chat", "openai_responses")
SHARED = ("service_tier", "prompt_cache_key", "prompt_cache_retention", SAFETY)


def at(path: str, name: str | int) -> str:
    """The path of a field below `path`, which is empty at the top: `messages[0].content[1].text`."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


class Losses(Gathered):
    """The omissions of one translation, their paths spelt as these dialects' error texts spell them."""

    at = staticmethod(at)


def shared(request: Request, target: Target, losses: Losses, here: str) -> dict[str, Any]:
    """The fields of another dialect's caller that the dialect `here` has too; all others stay behind."""
    names = SHARED if request.dialect in SHARING and target.maker == here else ()
    kept = {name: request.extras[name] for name in names if name in request.extras}
    rest = {name: value for name, value in request.extras.items() if name not in kept}
    losses.extras("", rest, request.dialect)
    return kept


def user_of(request: Request, target: Target, losses: Losses, here: str) -> dict[str, str]:
    """The caller's user as these dialects take it; one of another dialect's that is too long stays behind."""
    own = request.dialect == here
    if request.user is None:
        return {}
    if not own and len(request.user) > MAX_USER_CHARS:
        losses.add("user", f"this dialect takes at most {MAX_USER_CHARS} characters")
        return {}
    named = SAFETY in request.spelling and (own or target.maker == here)
    return {SAFETY if named else "user": request.user}


def wrong(path: str, what: str) -> Fault:
    """A fault of the caller's making at one field, worded as these dialects word it."""
    return bad_request(f"Invalid value for {path or 'body'!r}: {what}.", path or None)


def _unlike(path: str, expected: str, found: str) -> Fault:
    return wrong(path, f"expected {expected}, got {found}")


def _missing(path: str) -> Fault:
    return bad_request(f"Missing required parameter: {path!r}.", path)


WORDING = Wording(at, _unlike, _missing)


class Fields(Reader):
    """One object being read at `path`."""

    __slots__ = ()
    wording = WORDING


def checked(value: Any, kind: Kind[T], path: str) -> T:
    """The value itself if it is of that kind, else a Fault that shows it."""
    return of_kind(value, kind, path, WORDING)


def read_user(top: Fields, spelling: list[str]) -> str | None:
    """The caller's user, by its older name or else by its newer one."""
    user = top.take("user", STRING)
    if user is None:
        user = top.take(SAFETY, STRING)
        if user is not None:
            spelling.append(SAFETY)
    return user
