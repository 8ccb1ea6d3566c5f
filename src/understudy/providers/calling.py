"""What every transport does alike: what a call says as it goes out, and how its failure is told."""

from collections.abc import Mapping
from datetime import UTC, datetime

from understudy.canon.faults import Fault, FaultKind
from understudy.ports import UpstreamCall
from understudy.providers.headers import SIGV4, call_headers
from understudy.providers.sigv4 import credentials_of, signed

# An idle connection is kept this long; common load balancers close theirs after 60 s.
KEEP_ALIVE_S = 50.0
# A whole answer larger than this is a mistake of the upstream's: long outputs with inline pictures stay well below.
MAX_ANSWER_BYTES = 64 * 1024 * 1024
# How much of an answer waits for its reader before the socket is left alone.
READ_BYTES = 256 * 1024


def headers_of(call: UpstreamCall, url: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The headers of a call to `url`, with the secret that opens the place, or a signature made with it."""
    headers = call_headers(call.model, call.endpoint, secrets, call.headers)
    if call.model.auth != SIGV4:
        return headers
    credentials = credentials_of(secrets.get(call.endpoint.key or "", ""))
    return signed(url, headers, call.body, credentials, datetime.now(UTC))


def host_of(url: str) -> str:
    """Whom an error may name: the host, never what stands behind it."""
    return (url.split("/")[2] if "//" in url else url).rpartition("@")[2]


def broken(host: str, error: Exception) -> Fault:
    """The fault that an upstream is to blame for when a connection to it fails."""
    if isinstance(error, TimeoutError):
        return Fault(f"{host} did not answer in time", kind=FaultKind.TIMEOUT)
    why = str(error) or type(error).__name__
    return Fault(f"the connection to {host} failed: {why}", kind=FaultKind.UPSTREAM)


def too_large(host: str, limit: int) -> Fault:
    """The fault of an answer that is larger than any answer is."""
    return Fault(f"{host} answered with more than {limit} bytes", kind=FaultKind.UPSTREAM)
