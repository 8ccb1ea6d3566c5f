"""The fast transport: the contract on both loops, what it says as it goes out, and whom it trusts."""

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.providers.upstream_contract import UpstreamContract
from understudy.canon.faults import Fault
from understudy.providers.fast_transport import FastTransport, base_of, head_of
from understudy.providers.pool import Origin


class TestFastTransport(UpstreamContract):
    transport = FastTransport


class TestFastTransportOnUvloop(UpstreamContract):
    transport = FastTransport

    @pytest.fixture(autouse=True)
    def _loop(self) -> Iterator[None]:
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        yield
        asyncio.set_event_loop_policy(None)


@pytest.mark.parametrize(
    ("url", "origin", "path", "host"),
    [
        ("http://h/v1", Origin(False, "h", 80), "/v1", "h"),
        ("https://h:443/v1", Origin(True, "h", 443), "/v1", "h"),
        ("https://h:8443", Origin(True, "h", 8443), "", "h:8443"),
        ("http://[::1]:81/a%2Fb?x=1", Origin(False, "::1", 81), "/a%2Fb?x=1", "[::1]:81"),
        ("https://bücher.example/v1", Origin(True, "xn--bcher-kva.example", 443), "/v1", "xn--bcher-kva.example"),
    ],
)
def test_where_a_url_leads(url: str, origin: Origin, path: str, host: str) -> None:
    assert base_of(url) == (origin, path, host)


@pytest.mark.parametrize("url", ["ftp://h/x", "//h/x", "http:///x", "http://h:port/", "https://who:word@h/"])
def test_what_leads_nowhere_is_told_without_what_it_may_hold(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        base_of(url)
    assert "word" not in str(raised.value)


def test_a_head_is_written_as_servers_read_it() -> None:
    assert head_of("POST", "/a b/ü%2F?q=1", "h", {"x-a": "b"}, 2) == (
        b"POST /a%20b/%C3%BC%2F?q=1 HTTP/1.1\r\nhost: h\r\nx-a: b\r\naccept: */*\r\ncontent-length: 2\r\n\r\n"
    )
    assert head_of("GET", "?q=1", "h", {}, None) == b"GET /?q=1 HTTP/1.1\r\nhost: h\r\naccept: */*\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\0b"])
def test_a_header_stays_one(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        head_of("GET", "/", "h", {"x": value}, None)


def certified(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


async def asked(path: Path, host: str) -> tuple[int, bytes]:
    """What a server with this certificate answers under this name."""

    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=b"sealed")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    application = web.Application()
    application.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        async with FastTransport({}) as transport:
            url = f"https://{host}:{runner.addresses[0][1]}/"
            await transport.get(url, {}, 5.0)
            return await transport.get(url, {}, 5.0)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_place_must_show_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    assert callable(run)
    path = certified(tmp_path, "localhost")
    with pytest.raises(Fault, match="CERTIFICATE_VERIFY_FAILED"):
        run(asked(path, "localhost"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert run(asked(path, "localhost")) == (200, b"sealed")
    with pytest.raises(Fault, match="CERTIFICATE_VERIFY_FAILED"):
        run(asked(path, "127.0.0.1"))
