"""Forms (`multipart/form-data`): one short field read, or exchanged where it stands.

Files are never looked at: all bytes but those of that field are the caller's own. Form:
https://www.rfc-editor.org/rfc/rfc7578
"""

import re
from typing import NamedTuple

from understudy.canon.faults import Fault, bad_request

MULTIPART = "multipart/form-data"
# Parts of one form: the widest endpoint has some twenty fields and takes sixteen files.
MAX_PARTS = 256
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]+)"|([^;\s"]+))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition:[^\r\n]*?;\s*name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE = re.compile(rb"^content-disposition:[^\r\n]*?;\s*filename\*?=", re.IGNORECASE | re.MULTILINE)


class Field(NamedTuple):
    """Where a field's value stands in a body."""

    start: int
    end: int


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form."""
    return content_type.partition(";")[0].strip().lower() == MULTIPART


def fields_of(body: bytes, content_type: str) -> dict[str, Field]:
    """The fields of a form that are no files, by their names, the first of several; a Fault if the body is none."""
    delimiter = b"--" + _boundary(content_type)
    found: dict[str, Field] = {}
    place = body.find(delimiter)
    for _ in range(MAX_PARTS):
        if place < 0:
            raise _broken("it has no end")
        place += len(delimiter)
        if body.startswith(b"--", place):
            return found
        head = body.find(b"\r\n\r\n", place)
        end = body.find(b"\r\n" + delimiter, place)
        if head < 0 or end < head:
            raise _broken("a part of it is cut off")
        headers = body[place:head]
        name = _NAME.search(headers)
        if name is not None and not _FILE.search(headers):
            found.setdefault(name[1].decode("utf-8", "replace"), Field(head + 4, max(head + 4, end)))
        place = end + 2
    raise _broken(f"it has more than {MAX_PARTS} parts")


def text_of(body: bytes, field: Field) -> str:
    """The value of a field."""
    return body[field.start : field.end].decode("utf-8", "replace")


def exchanged(body: bytes, field: Field, value: str) -> bytes:
    """The body with another value in the field's place."""
    return body[: field.start] + value.encode() + body[field.end :]


def _boundary(content_type: str) -> bytes:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise _broken("its content-type names no boundary")
    return (match[1] or match[2]).encode("latin-1", "replace")


def _broken(why: str) -> Fault:
    return bad_request(f"the body is no form: {why}")
