"""What all pages behind the model routes read of a request."""

from urllib.parse import quote

import pytest
from starlette.requests import Request

from understudy.web.back import limit_of


@pytest.mark.parametrize(
    ("asked", "rows"),
    [("3", 3), ("0", 0), ("1001", 1_000), ("9" * 5_000, 1_000), ("", 7), ("-1", 7), ("1.5", 7), ("²", 7), ("many", 7)],
)
def test_a_limit_is_a_number_and_anything_else_the_usual_one(asked: str, rows: int) -> None:
    query = f"limit={quote(asked)}".encode()
    assert limit_of(Request({"type": "http", "query_string": query, "headers": []}), 7, 1_000) == rows


def test_without_a_limit_it_is_the_usual_one() -> None:
    assert limit_of(Request({"type": "http", "query_string": b"", "headers": []}), 7, 1_000) == 7
