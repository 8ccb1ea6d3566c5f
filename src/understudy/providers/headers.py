"""Request headers for an upstream: its authentication and what its row asks for."""

from collections.abc import Mapping

from understudy.ports import KEY_HEADERS
from understudy.routing.board import Endpoint, Model

JSON = "application/json"
# The way of proving who calls that needs the whole call, and so is done where it leaves.
SIGV4 = "sigv4"
# All that a row may say of it.
AUTHS = ("bearer", *KEY_HEADERS, SIGV4, "none")


def call_headers(
    model: Model, endpoint: Endpoint, secrets: Mapping[str, str], callers: Mapping[str, str] = {}
) -> dict[str, str]:
    """The headers of one call: those of the caller's that matter, the row's own, and the secret of the endpoint."""
    headers = {"content-type": JSON, **callers, **model.headers}
    secret = secrets.get(endpoint.key) if endpoint.key else None
    if secret:
        if model.auth == "bearer":
            headers["authorization"] = f"Bearer {secret}"
        elif model.auth in KEY_HEADERS:
            headers[model.auth] = secret
    return headers
