"""Kept answers: what is put before the next request, what is listed, what is not kept."""

import json
from typing import Any

import pytest

from understudy.canon.faults import Fault
from understudy.dialects.contract import Target
from understudy.dialects.openai_responses.keeping import ResponsesKeeping
from understudy.dialects.openai_responses.request_reader import read_request
from understudy.dialects.openai_responses.request_writer import write_request

KEEPING = ResponsesKeeping()


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "m", **fields}).encode()


def told(answer: str = "resp_1", status: str = "completed") -> bytes:
    said = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Calm."}],
    }
    return json.dumps({"id": answer, "status": status, "output": [said]}).encode()


def words(**fields: Any) -> bytes:
    kept = KEEPING.keep(read_request(body(**fields)), told(), streamed=False, provider="")
    assert kept is not None
    return kept.words


def test_items_that_a_request_names_are_spelt_out_where_they_are_kept() -> None:
    thought = {"type": "reasoning", "id": "rs_ex_1_0", "summary": [], "encrypted_content": "s"}
    said = {"type": "message", "id": "msg_ex_1_1", "role": "assistant", "content": "Calm."}
    answer = {"id": "resp_ex_1", "status": "completed", "output": [thought, said]}
    kept = KEEPING.keep(
        read_request(body(input="How is it?")), json.dumps(answer).encode(), streamed=False, provider=""
    )
    assert kept is not None
    named = [{"type": "item_reference", "id": name} for name in ("rs_ex_1_0", "msg_ex_1_1", "msg_ex_2_0", "rs_68a1")]
    odd = {"type": "message", "id": 5, "role": "user", "content": "And now?"}
    request = read_request(body(input=[*named, odd], store=True))
    assert KEEPING.named(request) == ("resp_ex_2", "resp_ex_1")
    whole = KEEPING.spelt_out(request, kept.words)
    # What is not kept, and what a host has named, stays as it came.
    assert json.loads(whole.source)["input"] == [thought, said, *named[2:], odd]
    assert KEEPING.named(whole) == ("resp_ex_2",)
    # An answer holds what was said before it, under the same ids.
    later = KEEPING.keep(whole, told("resp_ex_3"), streamed=False, provider="")
    assert later is not None
    assert KEEPING.spelt_out(request, later.words).messages == whole.messages


def test_a_request_goes_on_from_all_that_was_said_but_not_from_its_instructions() -> None:
    first = words(input="How is it?", instructions="Once.")
    request = read_request(body(input="And now?", previous_response_id="resp_1", temperature=0.5, extra={"kept": 1}))
    assert KEEPING.previous(request) == "resp_1"
    whole = KEEPING.resume(request, first)
    assert [(m.role, m.parts[0].text) for m in whole.messages] == [  # type: ignore[union-attr]
        ("user", "How is it?"),
        ("assistant", "Calm."),
        ("user", "And now?"),
    ]
    source = json.loads(whole.source)
    assert (source["temperature"], source["extra"], "previous_response_id" in source) == (0.5, {"kept": 1}, False)
    assert KEEPING.previous(whole) is None
    # What is kept of it is the whole conversation again.
    again = KEEPING.keep(whole, told("resp_2"), streamed=False, provider="")
    assert again is not None
    assert len(json.loads(again.words)["input"]) == 3


def test_T4_instructions_of_this_call_stand_before_what_it_goes_on_from() -> None:
    request = read_request(body(input="And now?", previous_response_id="resp_1", instructions="Now."))
    assert KEEPING.previous(request) == "resp_1"
    whole = KEEPING.resume(request, words(input="How is it?", instructions="Once."))
    assert [message.parts[0].text for message in whole.messages] == [  # type: ignore[union-attr]
        "Now.",
        "How is it?",
        "Calm.",
        "And now?",
    ]


def test_the_provider_that_remembers_gets_the_callers_own_body_and_every_other_the_whole() -> None:
    kept = KEEPING.keep(read_request(body(input="How is it?")), told(), streamed=False, provider="p")
    assert kept is not None
    asked = body(input="And now?", previous_response_id="resp_1")
    whole = KEEPING.resume(read_request(asked), kept.words)
    mine = json.loads(write_request(whole, Target("u", "m", provider="p")).body)
    assert mine == {**json.loads(asked), "model": "u"}
    for provider in ("other", ""):
        written = json.loads(write_request(whole, Target("u", "m", provider=provider)).body)
        assert (len(written["input"]), "previous_response_id" in written) == (3, False)


def test_a_stream_is_kept_by_its_last_event() -> None:
    events = b"".join(
        b"event: %s\ndata: %s\n\n" % (kind, json.dumps({"type": kind.decode(), **fields}).encode())
        for kind, fields in (
            (b"response.output_item.done", {"item": {}}),
            (b"response.completed", {"response": json.loads(told("resp_3"))}),
        )
    )
    kept = KEEPING.keep(read_request(body(input="x")), events, streamed=True, provider="")
    assert kept is not None
    assert (kept.id, json.loads(KEEPING.answer(kept.words))["id"]) == ("resp_3", "resp_3")


@pytest.mark.parametrize(
    ("asked", "answer"), [({"store": False}, told()), ({}, told(status="failed")), ({}, told("")), ({}, b"{}")]
)
def test_what_is_not_wanted_or_not_whole_is_not_kept(asked: dict[str, Any], answer: bytes) -> None:
    assert KEEPING.keep(read_request(body(input="x", **asked)), answer, streamed=False, provider="") is None


def test_a_stream_without_a_whole_answer_is_not_kept() -> None:
    assert KEEPING.keep(read_request(body(input="x")), b"data: [DONE]\n\n", streamed=True, provider="") is None


def test_items_are_listed_page_by_page() -> None:
    said = [{"role": "user", "content": f"{n}"} for n in range(5)]
    kept = words(input=said)

    def page(query: str) -> tuple[list[str], bool]:
        value = json.loads(KEEPING.items(kept, query))
        return [item["content"][0]["text"] for item in value["data"]], value["has_more"]

    assert page("") == (["4", "3", "2", "1", "0"], False)
    assert page("order=asc&limit=2") == (["0", "1"], True)
    last = json.loads(KEEPING.items(kept, "order=asc&limit=2"))["last_id"]
    assert page(f"order=asc&limit=3&after={last}") == (["2", "3", "4"], False)


@pytest.mark.parametrize("query", ["order=up", "limit=0", "limit=101", "limit=x", "after=it_9"])
def test_a_wrong_query_names_its_field(query: str) -> None:
    with pytest.raises(Fault) as caught:
        KEEPING.items(words(input="x"), query)
    assert caught.value.param == query.split("=")[0]
