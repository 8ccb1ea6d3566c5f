"""OpenAI's errors, by hand: how its dialects fail, and what their clients must be told.

Reference: https://platform.openai.com/docs/guides/error-codes. Its clients class an error by the status, and inside a
stream raise at any; where the words for an upstream's failure are a gateway's own, OpenAI's `server_error` will do too.
"""

from typing import Any

from understudy.conformance.answers import MESSAGE, Cause, Due, Failure, Refusal

_BUSY = Due((503,), ("overloaded_error", "server_error", "service_unavailable_error"))
DUE: dict[Cause, Due] = {
    "400": Due((400,), ("invalid_request_error",)),
    "401": Due((401,), ("authentication_error", "invalid_request_error")),
    "404": Due((404,), ("not_found_error", "invalid_request_error")),
    "429": Due((429,), ("rate_limit_error", "requests", "tokens")),
    "500": Due((500,), ("server_error",)),
    "503": _BUSY,
    "529": _BUSY,
    "broken": Due((502, 500, 503), ("upstream_error", "server_error")),
    "late": Due((504,), ("timeout", "server_error")),
    "page": Due((502,), ("upstream_error", "server_error")),
}
# The type and the code of each status.
_WORDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


def envelope(status: int) -> dict[str, Any]:
    """The body of an error."""
    word, code = _WORDS.get(status, ("server_error", None))
    return {"error": {"message": MESSAGE, "type": word, "param": None, "code": code}}


def refusal(status: int) -> Refusal:
    """An error as an upstream answers it."""
    return Refusal(status, envelope(status))


def failure(body: Any, *, codes: bool = False) -> Failure | None:
    """What an error's body tells: its type, or its code besides where clients know that."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str) or not error["message"]:
        return None
    words = [error.get("type"), *([error.get("code")] if codes else [])]
    return Failure(tuple(str(word) for word in words if word is not None), error["message"])
