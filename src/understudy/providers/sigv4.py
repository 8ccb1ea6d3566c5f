"""AWS Signature Version 4: the headers that prove who sends a call, for hosts that take no bearer token.

Pure: the time is given. Form: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from understudy.canon.faults import Fault, FaultKind

SERVICE = "bedrock"
# Where the host's name tells no region.
DEFAULT_REGION = "us-east-1"
_REGION = re.compile(r"\b([a-z]{2}(?:-[a-z]+)+-\d)\b")
_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """An access key; a temporary one has a session token too."""

    key_id: str
    secret: str
    token: str | None = None


def credentials_of(secret: str) -> Credentials:
    """What a secret of the form ID:SECRET or ID:SECRET:TOKEN holds; a Fault, not repeating it, if it has another."""
    key_id, *rest = secret.split(":", 2)
    if not key_id or not rest or not all(rest):
        raise Fault(
            "the secret for auth: sigv4 must be ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it if the "
            "key is temporary",
            kind=FaultKind.UPSTREAM_REFUSED,
        )
    return Credentials(key_id, *rest)


def signed(
    url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials, now: datetime
) -> dict[str, str]:
    """The headers with those that sign a POST of this body to this URL, whose path must be encoded as it is sent."""
    parts = urlsplit(url)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    signing = {"host": parts.netloc, "x-amz-date": moment, "content-type": headers.get("content-type", "")}
    if credentials.token is not None:
        signing["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(signing))
    canonical = "\n".join(
        (
            "POST",
            # Once more: the path stands encoded in the URL, and that form is encoded again for the signature.
            quote(parts.path or "/", safe="/~"),
            parts.query,
            *(f"{name}:{signing[name]}" for name in sorted(signing)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = "/".join((moment[:8], region_of(parts.netloc), SERVICE, "aws4_request"))
    text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = _keyed(key, part)
    proof = f"{_ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={names}, "
    told = {name: value for name, value in signing.items() if name != "host"}
    return {**headers, **told, "authorization": f"{proof}Signature={_keyed(key, text).hex()}"}


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def region_of(host: str) -> str:
    """The region that a host's name tells."""
    found = _REGION.search(host)
    return found[1] if found else DEFAULT_REGION
