"""Tables count what agrees, name what does not, and leave out what is not served."""

from understudy.conformance.run import NOT_SERVED, Cell
from understudy.conformance.telling import markdown, shortfalls, summary

CELLS = [
    Cell("chat", "chat", "text", False, ""),
    Cell("chat", "chat", "text", True, "text 'a' for 'b'"),
    Cell("chat", "gemini", "text", True, ""),
    Cell("chat", "chat", "cut", True, ""),
    Cell("llama", "chat", "text", True, NOT_SERVED, served=False),
    Cell("llama", "gemini", "text", True, NOT_SERVED, served=False),
]


def test_each_group_has_a_table() -> None:
    assert list(markdown(CELLS)) == [
        "| said: client, upstream | chat | gemini |",
        "| --- | --- | --- |",
        "| chat | 1/2 (text) | 1/1 |",
        "| llama | not served | not served |",
        "",
        "| faults: client, upstream | chat |",
        "| --- | --- |",
        "| chat | 1/1 |",
        "",
    ]


def test_what_falls_short_is_named() -> None:
    assert list(shortfalls(CELLS)) == ["chat <- chat, text, streamed: text 'a' for 'b'", "llama: not served"]
    assert summary(CELLS) == "3 of 4 cells agree; 2 more are in dialects that are not served"
    assert summary(CELLS[:1]) == "1 of 1 cells agree"
