"""Request headers for an upstream: its authentication and what its row asks for."""

from collections.abc import Mapping

from understudy.routing.board import Endpoint, Model

JSON = "application/json"


def call_headers(model: Model, endpoint: Endpoint, secrets: Mapping[str, str]) -> dict[str, str]:
    """The headers of one call: content type, the row's own, and the secret that the endpoint's key names."""
    headers = {"content-type": JSON, **model.headers}
    secret = secrets.get(endpoint.key) if endpoint.key else None
    if secret:
        if model.auth == "x-api-key":
            headers["x-api-key"] = secret
        elif model.auth == "bearer":
            headers["authorization"] = f"Bearer {secret}"
    return headers
