"""Pictures and papers by URL through the running server: fetched where the operator allows it, refused everywhere else.

The host of pictures is a real server with TLS, whose authority the gateway trusts as any other: by its file.
"""

import base64
import contextlib
import datetime
import ipaddress
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.house import Server, Upstream, post, server, serving, upstream

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
PDF = b"%PDF-1.7\n" + bytes(300)
CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
{media}
providers:
  bedrocky: {{dialect: converse, base_url: "{converse}", auth: none}}
  chatty: {{dialect: openai_chat, base_url: "{chat}", auth: none}}
  inlining: {{dialect: openai_chat, base_url: "{chat}", auth: none, media_urls: false}}
models:
  - {{name: converse-model, provider: bedrocky, model: plain}}
  - {{name: broken, provider: bedrocky, model: broken}}
  - {{name: chat-model, provider: chatty, model: plain}}
  - {{name: inline-model, provider: inlining, model: plain}}
routes:
  - {{name: falls-back, incumbent: broken, fallbacks: [converse-model, inline-model]}}
"""
# What lies at each path of the host of pictures.
SHELF = {"/a.png": PNG, "/b.pdf": PDF, "/page": b"<html>a page</html>"}


@dataclass
class Host:
    """A host of pictures, which also sends its visitors elsewhere: what it was asked for."""

    url: str = ""
    elsewhere: str = ""
    hits: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """GET anything."""
        self.hits.append(request.path)
        if request.path == "/moved":
            return web.Response(status=302, headers={"location": self.elsewhere})
        return web.Response(body=SHELF[request.path], content_type="image/jpeg")


@dataclass
class Bedrock:
    """An upstream that speaks Converse: what it was sent."""

    url: str = ""
    bodies: list[Any] = field(default_factory=list)

    async def converse(self, request: web.Request) -> web.Response:
        """POST /model/{model}/converse; the model's name says whether it is broken."""
        self.bodies.append(json.loads(await request.read()))
        if request.match_info["model"] == "broken":
            return web.json_response({"message": "not now"}, status=503)
        usage = {"inputTokens": 9, "outputTokens": 1, "totalTokens": 10}
        message = {"role": "assistant", "content": [{"text": "A harbour."}]}
        return web.json_response({"output": {"message": message}, "stopReason": "end_turn", "usage": usage})


@dataclass
class Town:
    """All that stands around the gateway."""

    host: Host
    bedrock: Bedrock
    chat: Upstream
    authority: Path
    folder: Path

    @contextlib.contextmanager
    def gateway(self, media: str) -> Iterator[Server]:
        """The server with these words on media."""
        folder = self.folder / f"house{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        config = CONFIG.format(media=media, converse=self.bedrock.url, chat=self.chat.url)
        with server(folder, config, SSL_CERT_FILE=str(self.authority)) as running:
            yield running


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for `localhost`, and the file that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    ends = begins + datetime.timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "host.pem", folder / "host.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The host of pictures and both upstreams."""
    folder = tmp_path_factory.mktemp("town")
    tls, authority = certified(tmp_path_factory.mktemp("tls"))
    host, bedrock = Host(), Bedrock()
    shelf, models = web.Application(), web.Application(client_max_size=64 * 1024 * 1024)
    shelf.router.add_get("/{path:.*}", host.answer)
    models.router.add_post("/model/{model}/converse", bedrock.converse)
    with serving(shelf, tls) as shelf_url, serving(models) as models_url, upstream() as chat:
        host.url, bedrock.url = shelf_url.replace("127.0.0.1", "localhost"), models_url
        yield Town(host, bedrock, chat, authority, folder)


@pytest.fixture(scope="module")
def open_house(town: Town) -> Iterator[Server]:
    """A server that may fetch from the host of pictures, and from any other that is public."""
    port = town.host.url.rpartition(":")[2]
    named = f'"localhost:{port}", "127.0.0.1:{port}", "*"'
    with town.gateway(f'media: {{fetch: [{named}], private: [127.0.0.0/8, "::1/128"]}}') as running:
        yield running


@pytest.fixture(autouse=True)
def clean(town: Town) -> None:
    """Nothing was asked for yet."""
    for told in (town.host.hits, town.bedrock.bodies, town.chat.bodies):
        told.clear()


def chat_body(model: str, url: str, **fields: Any) -> bytes:
    """A Chat caller who shows a picture."""
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    return json.dumps({"model": model, "messages": [{"role": "user", "content": content}], **fields}).encode()


def encoded(data: bytes) -> str:
    """Bytes as bodies carry them."""
    return base64.b64encode(data).decode()


def test_T43_a_picture_by_its_url_reaches_a_model_that_takes_none(town: Town, open_house: Server) -> None:
    status, _, answer = post(open_house.url + CHAT, chat_body("converse-model", f"{town.host.url}/a.png"))
    assert status == 200, answer
    assert json.loads(answer)["choices"][0]["message"]["content"] == "A harbour."
    [sent] = town.bedrock.bodies
    picture = {"image": {"format": "png", "source": {"bytes": encoded(PNG)}}}
    assert sent["messages"][0]["content"] == [{"text": "What is it?"}, picture]
    assert town.host.hits == ["/a.png"]


def test_T44_a_paper_by_its_url_reaches_models_that_take_none(town: Town, open_house: Server) -> None:
    url = f"{town.host.url}/b.pdf"
    piece = {"type": "input_file", "file_url": url, "filename": "b.pdf"}
    items = [{"role": "user", "content": [piece]}]
    for model in ("converse-model", "chat-model"):
        status, _, answer = post(open_house.url + RESPONSES, json.dumps({"model": model, "input": items}).encode())
        assert status == 200, answer
    paper = town.bedrock.bodies[0]["messages"][0]["content"][0]["document"]
    assert (paper["format"], paper["source"]["bytes"]) == ("pdf", encoded(PDF))
    part = town.chat.bodies[0]["messages"][0]["content"][0]
    assert part["file"]["file_data"] == f"data:application/pdf;base64,{encoded(PDF)}"


def test_a_stream_to_a_host_that_takes_pictures_only_inline(town: Town, open_house: Server) -> None:
    body = chat_body("inline-model", f"{town.host.url}/a.png", stream=True)
    status, _, answer = post(open_house.url + CHAT, body)
    assert status == 200, answer
    assert b"[DONE]" in answer
    shown = town.chat.bodies[0]["messages"][0]["content"][1]
    assert shown["image_url"]["url"] == f"data:image/png;base64,{encoded(PNG)}"


def test_models_in_turn_are_shown_what_was_fetched_once(town: Town, open_house: Server) -> None:
    status, headers, answer = post(open_house.url + CHAT, chat_body("falls-back", f"{town.host.url}/a.png"))
    assert (status, headers["x-understudy-model"]) == (200, "converse-model"), answer
    assert len(town.bedrock.bodies) == 2
    assert town.host.hits == ["/a.png"]


def test_a_model_that_takes_urls_gets_the_url(town: Town, open_house: Server) -> None:
    status, _, answer = post(open_house.url + CHAT, chat_body("chat-model", f"{town.host.url}/a.png"))
    assert status == 200, answer
    assert town.chat.bodies[0]["messages"][0]["content"][1]["image_url"]["url"] == f"{town.host.url}/a.png"
    assert town.host.hits == []


def refused(running: Server, url: str) -> str:
    """What a Chat caller is told whose picture is not fetched."""
    status, _, answer = post(running.url + CHAT, chat_body("converse-model", url))
    assert status == 400, answer
    error = json.loads(answer)["error"]
    assert error["param"] == "messages[0].content[1]"
    assert error["message"].startswith("messages[0].content[1]: the model takes no image by its URL")
    return str(error["message"])


def test_nothing_is_fetched_unless_the_operator_says_so(town: Town) -> None:
    with town.gateway("") as running:
        assert "media.fetch" in refused(running, f"{town.host.url}/a.png")
        content = [{"type": "image", "source": {"type": "url", "url": f"{town.host.url}/a.png"}}]
        body = {"model": "converse-model", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
        status, _, answer = post(running.url + MESSAGES, json.dumps(body).encode())
        assert status == 400
        assert json.loads(answer)["error"]["type"] == "invalid_request_error"
        assert b"media.fetch" in answer
    assert (town.host.hits, town.bedrock.bodies) == ([], [])


def test_what_is_inside_stays_out_of_reach(town: Town) -> None:
    """Any public host is allowed, over http too: this machine, whatever it is called, is none."""
    port = town.bedrock.url.rpartition(":")[2]
    with town.gateway(f'media: {{fetch: ["*", "localhost:{port}", "127.0.0.1:{port}"], http: true}}') as running:
        for host in ("localhost", "localhost.", "127.0.0.1"):
            assert "no address that media may be" in refused(running, f"http://{host}:{port}/model/x/converse")
        for host in ("2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0"):
            assert "no address that media may be" in refused(running, f"http://{host}/latest/meta-data/")
        assert "media.fetch" in refused(running, f"http://127.1:{port}/")
    assert town.bedrock.bodies == []


@pytest.mark.parametrize("elsewhere", ["https://127.0.0.1/x", "https://169.254.169.254/latest/meta-data/"])
def test_a_redirect_leads_nowhere_inside(town: Town, open_house: Server, elsewhere: str) -> None:
    town.host.elsewhere = elsewhere
    told = refused(open_house, f"{town.host.url}/moved")
    assert "no address that media may be" in told
    assert str(ipaddress.ip_address(elsewhere.split("/")[2])) not in told


def test_a_redirect_does_not_leave_tls(town: Town, open_house: Server) -> None:
    town.host.elsewhere = f"{town.bedrock.url}/model/x/converse"
    assert "only https URLs" in refused(open_house, f"{town.host.url}/moved")
    assert town.bedrock.bodies == []


def test_a_page_is_no_picture(town: Town, open_house: Server) -> None:
    told = refused(open_house, f"{town.host.url}/page")
    assert "by its own bytes" in told
    assert "a page" not in told


def test_a_host_for_whose_name_no_authority_vouches_is_not_asked(town: Town, open_house: Server) -> None:
    assert "no whole answer" in refused(open_house, town.host.url.replace("localhost", "127.0.0.1") + "/a.png")
    assert town.host.hits == []
