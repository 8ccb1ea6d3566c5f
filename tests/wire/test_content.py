"""T43 to T47: pictures, documents, citations, and texts that are cut and joined."""

import json
from typing import Any

import pytest

from tests.wire.answers import TEXT, chunk, heard, streamed, whole
from tests.wire.asks import ASK, written
from tests.wire.house import ALL, A, C, Dialect, G, L, R, Said, V, Wire, framed
from tests.wire.mutants import mutant

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
JPEG = "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP/AAAsIAAEAAQEBEQD/2Q=="
PDF = "JVBERi0xLjQKJcOkw7zDtsOfCg=="
URL = "https://pictures.example/harbour.png"
NAME = "report_2026 (final).pdf"


def image(dialect: Dialect, kind: str, data: str) -> dict[str, Any]:
    """A picture in a dialect's own form."""
    url = f"data:{kind};base64,{data}"
    told: dict[Dialect, dict[str, Any]] = {
        C: {"type": "image_url", "image_url": {"url": url}},
        R: {"type": "input_image", "image_url": url},
        A: {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}},
        G: {"inlineData": {"mimeType": kind, "data": data}},
        L: {"type": "image_url", "image_url": {"url": url}},
        V: {"image": {"format": kind.removeprefix("image/"), "source": {"bytes": data}}},
    }
    return told[dialect]


def document(dialect: Dialect, name: str | None) -> dict[str, Any]:
    """A PDF in a dialect's own form; one whose API wants a name calls it so where the caller did not."""
    url = f"data:application/pdf;base64,{PDF}"
    title = {} if name is None else {"title": name}
    told: dict[Dialect, dict[str, Any]] = {
        C: {"type": "file", "file": {"file_data": url, "filename": name or "document"}},
        R: {"type": "input_file", "filename": name or "document", "file_data": url},
        A: {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}, **title},
        G: {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
        V: {"document": {"format": "pdf", "name": name or "document", "source": {"bytes": PDF}}},
    }
    return told[dialect]


def pieces(dialect: Dialect, *content: dict[str, Any]) -> dict[str, Any]:
    """A request whose one message of the user's holds these pieces."""
    body = written(dialect, ASK)
    if dialect == R:
        body["input"] = [{"role": "user", "content": list(content)}]
    elif dialect == G:
        body["contents"] = [{"role": "user", "parts": list(content)}]
    else:
        body["messages"] = [{"role": "user", "content": list(content)}]
    return body


def reached(wire: Wire, upstream: Dialect) -> list[Any]:
    """The pieces of the user's message that reached the upstream."""
    body = wire.sent().json
    if upstream == G:
        return list(body["contents"][0]["parts"])
    return list((body["input"] if upstream == R else body["messages"])[0]["content"])


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant("dialects/media.py", 're.compile(r"data:([^,]+);base64,(.*)"', 're.compile(r"data:([^,]+);base32,(.*)"')
def test_T43_a_picture_reaches_every_dialect(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), pieces(caller, image(caller, "image/png", PNG)))
    assert heard(answer).text == TEXT
    assert reached(wire, upstream) == [image(upstream, "image/png", PNG)]
    assert not answer.omitted


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant("dialects/media.py", "sniffed(head) or media_type", "media_type")
def test_T43_the_bytes_say_what_a_picture_is(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), pieces(caller, image(caller, "image/png", JPEG)))
    assert answer.status == 200, answer.body
    # Between two of one dialect the caller's bytes pass as they are.
    kind = "image/png" if caller == upstream else "image/jpeg"
    assert reached(wire, upstream) == [image(upstream, kind, JPEG)]


@pytest.mark.parametrize("caller", [C, R, A, G])
@mutant(
    "dialects/anthropic/blocks.py",
    'return {"type": "url", "url": source.url}',
    'return {"type": "file", "url": source.url}',
)
def test_T43_a_picture_elsewhere_stays_where_it_is(wire: Wire, caller: Dialect) -> None:
    told: dict[Dialect, Any] = {
        C: {"type": "image_url", "image_url": {"url": URL}},
        R: {"type": "input_image", "image_url": URL},
        A: {"type": "image", "source": {"type": "url", "url": URL}},
        G: {"fileData": {"mimeType": "image/png", "fileUri": URL}},
        L: {"type": "image_url", "image_url": {"url": URL}},
    }
    for upstream in (C, R, A, G, L):
        answer = wire.ask(caller, wire.says(upstream, whole(upstream)), pieces(caller, told[caller]))
        assert answer.status == 200, answer.body
        assert reached(wire, upstream) == [told[upstream]]
    before = wire.reached()
    answer = wire.ask(caller, wire.says(V, whole(V)), pieces(caller, told[caller]))
    assert answer.status == 400
    assert b"URL" in answer.body
    assert wire.reached() == before


@pytest.mark.parametrize("upstream", [A, G, V, L])
@mutant(
    "dialects/openai_chat/blocks.py",
    'detail = inner.take("detail", STRING)',
    'detail = inner.rest.pop("detail", None) and None',
)
def test_T43_the_wish_for_detail_is_left_out_where_nobody_has_it(wire: Wire, upstream: Dialect) -> None:
    wish = image(C, "image/png", PNG)
    wish["image_url"]["detail"] = "low"
    answer = wire.ask(C, wire.says(upstream, whole(upstream)), pieces(C, wish))
    assert any(name.endswith("detail") for name in answer.omitted)
    strict = wire.ask(C, wire.says(upstream, whole(upstream)), pieces(C, wish), x_understudy_strict="true")
    assert strict.status == 400
    wire.ask(C, wire.says(R, whole(R)), pieces(C, wish))
    assert reached(wire, R)[0]["detail"] == "low"


@pytest.mark.parametrize("upstream", [C, R, A, G, V])
@pytest.mark.parametrize("caller", [C, R, A, G, V])
@mutant("dialects/converse/pieces.py", 'r"[^A-Za-z0-9\\s\\-()\\[\\]]+"', 'r"[^A-Za-z0-9._\\s\\-()\\[\\]]+"')
def test_T44_a_pdf_reaches_every_dialect_that_has_documents(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), pieces(caller, document(caller, NAME)))
    assert heard(answer).text == TEXT
    # Gemini's documents have no names, and Converse's hold letters, digits, spaces, hyphens and brackets alone.
    name = None if G in (caller, upstream) else "report 2026 (final) pdf" if upstream == V != caller else NAME
    assert reached(wire, upstream) == [document(upstream, name)]


@mutant("dialects/llama/request_writer.py", "if isinstance(part, Audio | Document) and not self._own:", "if False:")
def test_T44_the_llama_api_has_no_documents(wire: Wire) -> None:
    answer = wire.ask(C, wire.says(L, whole(L)), pieces(C, document(C, NAME)))
    assert answer.status == 400
    assert all(word in answer.body for word in (b"document", b"openai_chat", b"llama"))


CITED = {"type": "web_search_result_location", "url": URL, "title": "Harbours", "cited_text": "calm"}
ANNOTATION = {"type": "url_citation", "url": URL, "title": "Harbours", "start_index": 0, "end_index": 11}
CHAT_ANNOTATION = {"type": "url_citation", "url_citation": {"url": URL, "title": "Harbours"}}
GROUNDING = {"groundingChunks": [{"web": {"uri": URL, "title": "Harbours"}}]}
WORDS_CITED = {"content": [{"text": TEXT}], "citations": [{"title": "Harbours", "location": {"web": {"url": URL}}}]}


def citing(upstream: Dialect, *, stream: bool) -> Any:
    """An answer with a citation in the provider's own form."""
    told: Any = streamed(upstream) if stream else whole(upstream)
    if upstream == A and stream:
        delta = {"type": "citations_delta", "citation": CITED}
        told.insert(4, {"type": "content_block_delta", "index": 0, "delta": delta})
    elif upstream == A:
        told["content"][0]["citations"] = [CITED]
    elif upstream == R and stream:
        for event in told[-2:]:
            item = event["item"] if "item" in event else event["response"]["output"][0]
            item["content"] = [{**item["content"][0], "annotations": [ANNOTATION]}]
    elif upstream == R:
        told["output"][0]["content"][0]["annotations"] = [ANNOTATION]
    elif upstream == C and stream:
        told.insert(3, chunk({"annotations": [CHAT_ANNOTATION]}))
    elif upstream == C:
        told["choices"][0]["message"]["annotations"] = [CHAT_ANNOTATION]
    elif upstream == G:
        (told[-1] if stream else told)["candidates"][0]["groundingMetadata"] = GROUNDING
    else:
        told["output"]["message"]["content"] = [{"citationsContent": WORDS_CITED}]
    return told


@pytest.mark.parametrize(("upstream", "stream"), [(u, s) for u in (A, R, C, G) for s in (False, True)] + [(V, False)])
@pytest.mark.parametrize("caller", ALL)
@mutant("dialects/losses.py", "self.cited += _cited({name: value})", "self.cited += ()")
def test_T46_citations_stand_in_the_extension_and_the_text_is_not_altered(
    wire: Wire, caller: Dialect, upstream: Dialect, stream: bool
) -> None:
    answer = wire.ask(caller, wire.says(upstream, citing(upstream, stream=stream)), written(caller, ASK), stream=stream)
    assert URL in answer.body.decode("utf-8", "replace")
    if caller == upstream:
        return
    assert heard(answer).text == TEXT
    assert b'"citations":[{"' in answer.body


@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/openai_chat/answers.py",
    'return "".join(piece["text"] for piece in pieces)',
    'return "\\n".join(piece["text"] for piece in pieces)',
)
def test_T47_texts_are_joined_without_a_word_between_them(wire: Wire, caller: Dialect) -> None:
    told: Any = whole(A)
    told["content"] = [{"type": "text", "text": piece} for piece in ("The har", "bour is", " calm.")]
    assert heard(wire.ask(caller, wire.says(A, told), written(caller, ASK))).text == TEXT
    said = [{"type": "text", "text": piece} for piece in ("How is", " the har", "bour?")]
    wire.ask(C, wire.says(L, whole(L)), pieces(C, *said))
    assert wire.sent().json["messages"][0]["content"] == "How is the harbour?"


UMLAUTS = "Grüße an die Küste 🌊"


@pytest.mark.parametrize("upstream", [C, R, A, G, L])
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/sse.py",
    "        self._buffer += data\n",
    "        self._buffer += data.decode('utf-8', 'ignore').encode()\n",
)
def test_T47_letters_that_are_cut_between_chunks_come_whole(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    raw = b"".join(one if isinstance(one, bytes) else spelt(upstream, one) for one in streamed(upstream, UMLAUTS))
    told = Said(tuple(bytes([byte]) for byte in raw), headers=(("content-type", "text/event-stream"),))
    answer = wire.ask(caller, wire.says(upstream, told), written(caller, ASK), stream=True)
    assert heard(answer).text == UMLAUTS


def spelt(dialect: Dialect, event: Any) -> bytes:
    """One event whose letters stand as they are and not as escapes."""
    plain = framed(dialect, event)
    return plain.replace(json.dumps(event).encode(), json.dumps(event, ensure_ascii=False).encode())
