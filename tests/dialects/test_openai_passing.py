"""What passes: the model's name apart, as it came; endings and failures of streams are seen."""

import pytest

from understudy.canon.faults import Fault
from understudy.canon.usage import NO_USAGE
from understudy.dialects.openai_passing import ACCOUNT, PASSING
from understudy.dialects.sse import SseParser, event_bytes

JSON, FORM = "application/json", "multipart/form-data; boundary=xyz"


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form of such parts, each with what stands behind `form-data; `."""
    head = b"--xyz\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n"
    return b"".join(head % (about.encode(), value) for about, value in parts) + b"--xyz--\r\n"


SOUND = ('name="file"; filename="model"', b'RIFF\r\n--xy\r\nname="model"\r\n\r\nx')


def test_bodies_pass_with_the_models_name_alone_changed() -> None:
    body = b'{"suffix": "}", "model": "m", "stream": true, "later": {"b": 1}}'
    assert PASSING.read(body, JSON, "") == ("m", True)
    assert PASSING.write(body, JSON, "u") == b'{"suffix":"}","model":"u","stream":true,"later":{"b": 1}}'
    assert PASSING.path_to("/openai/v1/completions?x=1", "u") == "/completions?x=1"
    assert PASSING.path_to("/v1/fim/completions", "u") == "/fim/completions"


@pytest.mark.parametrize(("body", "param"), [(b"{}", "model"), (b'{"model": 1}', "model"), (b"{", None)])
def test_what_is_wrong_is_named(body: bytes, param: str | None) -> None:
    with pytest.raises(Fault) as caught:
        PASSING.read(body, JSON, "")
    assert caught.value.param == param


def test_whole_answers_are_renamed_and_metered_where_they_are_json() -> None:
    told, usage = PASSING.whole(b'{"model":"u","usage":{"prompt_tokens":4,"completion_tokens":2}}', "m")
    assert told == b'{"model":"m","usage":{"prompt_tokens":4,"completion_tokens":2}}'
    assert (usage.total_in, usage.out) == (4, 2)
    for body in (b"\x00\xff", b"[1]", b'{"results":[]}'):
        assert PASSING.whole(body, "m") == (body, NO_USAGE)


def test_events_are_renamed_and_their_ends_are_seen() -> None:
    events = [
        b'{"model":"u","choices":[{"text":"a","finish_reason":null}]}',
        b'{"model":"u","choices":[{"text":"","finish_reason":"stop"}]}',
        b"[DONE]",
    ]
    stream = b": hello\n\n" + b"".join(event_bytes(event) for event in events)
    told = [PASSING.event(piece, "m") for piece in SseParser().feed(stream)]
    assert b"".join(one.raw for one in told) == stream.replace(b'"u"', b'"m"')
    assert [(one.complete, one.ended) for one in told] == [(False, False), (False, False), (True, False), (False, True)]


def test_a_failure_in_a_stream_is_one() -> None:
    (piece,) = SseParser().feed(event_bytes(b'{"error":{"message":"gone","type":"server_error"}}'))
    with pytest.raises(Fault, match="gone"):
        PASSING.event(piece, "m")


def test_forms_pass_with_the_models_name_alone_changed() -> None:
    body = form(SOUND, ('name="model"', b"m"), ('name="stream"', b"true"))
    assert PASSING.read(body, FORM, "") == ("m", True)
    sent = form(SOUND, ('name="model"', b"their/name"), ('name="stream"', b"true"))
    assert PASSING.write(body, FORM, "their/name") == sent
    assert PASSING.read(form(SOUND, ('name="model"', b"m")), FORM, "") == ("m", False)


def test_a_form_without_a_model_says_so() -> None:
    with pytest.raises(Fault, match="'model'") as caught:
        PASSING.read(form(SOUND), FORM, "")
    assert caught.value.param == "model"


@pytest.mark.parametrize(
    ("usage", "total"),
    [
        (
            b'{"type":"tokens","input_tokens":14,"output_tokens":45}',
            (14, 45),
        ),
        (b'{"type":"duration","seconds":3}', (None, None)),
    ],
)
def test_transcripts_are_metered_in_the_newer_words(usage: bytes, total: tuple[int | None, int | None]) -> None:
    told = PASSING.whole(b'{"text":"calm","usage":' + usage + b"}", "m")[1]
    assert (told.total_in, told.out) == total


@pytest.mark.parametrize("kind", ["transcript.text.done", "image_edit.completed", "speech.audio.done"])
def test_streams_of_sound_and_pictures_end_with_an_event_of_their_own(kind: str) -> None:
    stream = event_bytes(b'{"type":"transcript.text.delta"}') + event_bytes(b'{"type":"%s"}' % kind.encode())
    assert [PASSING.event(piece, "m").complete for piece in SseParser().feed(stream)] == [False, True]


@pytest.mark.parametrize(("path", "passes"), [("/files", True), ("/batches/b/cancel", True), ("/organization", False)])
def test_an_account_is_what_hosts_keep_for_their_customers(path: str, passes: bool) -> None:
    assert bool(ACCOUNT.paths.fullmatch(path)) is passes
