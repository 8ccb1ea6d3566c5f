import json

import pytest
from tests.dialects.gemini.samples import ARRAY_PATH, ECHO, STREAM_PATH, array, asked, body, chunk, reply_in, sse

from understudy.dialects.gemini import DIALECT
from understudy.dialects.gemini.edits import edited

CHUNKS = [chunk({"text": "a"}, odd={"z": 1, "b": 2}), chunk({"text": "b"}, finish="STOP")]


def passed(raw: bytes, path: str, step: int = 11) -> bytes:
    request, decoder = asked(body(), path), DIALECT.reply_decoder("gemini")
    frames = [frame for place in range(0, len(raw), step) for frame in decoder.feed(raw[place : place + step])]
    return b"".join(DIALECT.edit_frame(frame, request, ECHO) for frame in frames + decoder.close())


def test_a_passing_array_differs_in_the_model_and_the_extension_alone() -> None:
    told = json.loads(passed(array(*CHUNKS), ARRAY_PATH))
    assert [one.pop("modelVersion") for one in told] == ["asked", "asked"]
    assert told[-1].pop("understudy") == {"owned": True}
    assert told == [{name: value for name, value in one.items() if name != "modelVersion"} for one in CHUNKS]


def test_passing_events_are_read_as_they_came() -> None:
    raw = passed(b": hello\n\n" + sse(*CHUNKS), STREAM_PATH)
    assert raw.startswith(b": hello\n\n")
    assert reply_in(raw).parts == reply_in(sse(*CHUNKS)).parts
    assert raw.count(b'"understudy"') == 1


def test_the_extension_stands_in_the_last_chunk_of_several_that_waited() -> None:
    raw = passed(sse(*CHUNKS, {"usageMetadata": {"promptTokenCount": 1}}), STREAM_PATH)
    assert raw.count(b'"understudy"') == 1
    assert b'"understudy"' in raw.split(b"\n\n")[-2]


def test_a_chunk_that_names_no_model_leaves_byte_for_byte() -> None:
    raw = b'data: {"candidates" : [ {"content":{"parts":[{"text":"a"}]}} ] }\n\n'
    assert passed(raw, STREAM_PATH) == raw


def test_what_is_no_json_leaves_as_it_came() -> None:
    for raw, path in (
        (b'data: {"modelVersion": "x", \n\n', STREAM_PATH),
        (b'[{"modelVersion": "x" "y"}]', ARRAY_PATH),
        (b'[{"modelVersion": "asked"},{"modelVersion" 1}]', ARRAY_PATH),
    ):
        assert passed(raw, path) == raw


def test_an_event_that_looks_like_an_array_by_itself_breaks_nothing() -> None:
    raw = b': hello\n\n[{"modelVersion" 1}\ndata: {"modelVersion": "x", "modelVersion": "x"}\n\n'
    assert passed(raw, STREAM_PATH, step=len(raw)).startswith(b': hello\n\n[{"modelVersion" 1}')


@pytest.mark.parametrize("step", [1, 11, 4096])
def test_T54_a_stream_in_the_other_form_than_was_asked_for_is_brought_into_it(step: int) -> None:
    told = json.loads(passed(b": hello\n\n" + sse(*CHUNKS) + b"data: [DONE]\n\n", ARRAY_PATH, step))
    assert [one["modelVersion"] for one in told] == ["asked", "asked"]
    assert told[-1]["understudy"] == {"owned": True}
    assert told[0]["odd"] == {"z": 1, "b": 2}
    raw = passed(json.dumps(CHUNKS, indent=2).encode(), STREAM_PATH, step)
    events = [line.removeprefix(b"data: ") for line in raw.split(b"\n\n")]
    assert events.pop() == b""
    assert [json.loads(one) for one in events] == told


def test_T54_a_stream_of_one_chunk_is_an_array_of_one() -> None:
    assert len(json.loads(passed(sse(CHUNKS[1]), ARRAY_PATH))) == 1
    assert passed(array(CHUNKS[1]), STREAM_PATH).count(b"data: ") == 1


def test_an_array_as_a_whole_answer_is_edited_in_each_element() -> None:
    told = json.loads(edited(array(*CHUNKS), ECHO, last=True))
    assert [one["modelVersion"] for one in told] == ["asked", "asked"]
    assert [("understudy" in one) for one in told] == [False, True]
