"""Forms: fields are found where they stand, files are not looked at, and what is no form is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.faults import Fault
from understudy.dialects.multipart import MAX_PARTS, exchanged, fields_of, is_form, text_of

TYPE = 'multipart/form-data; boundary="a b"'


def part(about: bytes, value: bytes) -> bytes:
    return b"--a b\r\nContent-Disposition: form-data; " + about + b"\r\n\r\n" + value + b"\r\n"


END = b"--a b--\r\n"


@pytest.mark.parametrize(
    ("content_type", "form"),
    [(TYPE, True), ("Multipart/Form-Data;boundary=x", True), ("application/json", False), ("", False)],
)
def test_forms_are_known_by_their_type(content_type: str, form: bool) -> None:
    assert is_form(content_type) is form


def test_fields_are_found_and_exchanged_where_they_stand() -> None:
    body = part(b'name="model"', b"m") + part(b'name="f"; filename="x"', b"\x00\r\n--a") + part(b'name="n"', b"") + END
    fields = fields_of(body, TYPE)
    assert {name: text_of(body, field) for name, field in fields.items()} == {"model": "m", "n": ""}
    assert exchanged(body, fields["model"], "longer") == body.replace(b"\r\nm\r\n", b"\r\nlonger\r\n")
    assert exchanged(body, fields["n"], "2").endswith(b'name="n"\r\n\r\n2\r\n--a b--\r\n')


def test_a_field_that_comes_twice_is_the_first() -> None:
    body = part(b'name="model"', b"a") + part(b'name="model"', b"b") + END
    assert text_of(body, fields_of(body, TYPE)["model"]) == "a"


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (END, "multipart/form-data", "boundary"),
        (b"", TYPE, "no end"),
        (part(b'name="a"', b"x"), TYPE, "cut off"),
        (b'--a b\r\nContent-Disposition: form-data; name="a"', TYPE, "cut off"),
        (part(b'name="a"', b"x") * (MAX_PARTS + 1) + END, TYPE, "more than"),
    ],
)
def test_what_is_no_form_is_told(body: bytes, content_type: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        fields_of(body, content_type)


@given(st.binary(max_size=60), st.binary(max_size=30))
def test_nothing_but_a_fault_comes_of_any_bytes(head: bytes, tail: bytes) -> None:
    body = head + part(b'name="model"', b"m") + tail
    try:
        fields = fields_of(body, TYPE)
    except Fault:
        return
    assert all(0 <= field.start <= field.end <= len(body) for field in fields.values())
