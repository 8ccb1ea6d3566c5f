"""Counting: how many tokens a request will have, estimated here and now, without asking any model.

Coding clients count many prompts at once to see how full their window is: what they need is an answer at once that is
never far below the truth. A tokenizer of each maker's would be exact for one of them alone; pieces of text (words,
numbers, runs of signs) are counted for all. How far the estimate is from counts that providers gave is in
docs/reference/translation.md.
"""

import re
from math import ceil

import msgspec

from understudy.canon.parts import Audio, Document, Image, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Request, Tool

# A run of letters, of digits, of signs, or of line breaks; a single space belongs to the word behind it.
_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]+|_+|\s*\n\s*")
# Letters of one token at most, digits of one, signs of one: what byte-pair vocabularies of today come to.
_LETTERS, _DIGITS, _SIGNS = 8, 3, 2
# Bytes of one token where the letters are none of ASCII.
_BYTES = 3
# What a message costs beside its words, and what a tool costs beside its schema.
PER_MESSAGE = 6
PER_TOOL = 12
# JSON is dense in signs, which vocabularies have in longer runs than prose has.
_OF_SCHEMA = 0.65
# A picture of a megapixel, as its makers count one; a page of a document with its picture.
PER_IMAGE = 1_300
# Bytes of base64 that a page of a document has, and the tokens of one.
PAGE_BYTES = 60_000
PER_PAGE = 1_500
# Bytes of base64 that a second of sound has (128 kbit/s), and its tokens: https://ai.google.dev/gemini-api/docs/audio
SECOND_BYTES = 21_300
PER_SECOND = 32


def estimate(request: Request, preamble: int = 0) -> int:
    """The tokens of a prompt, at least 1; `preamble` is what its hosts put before tools where there are any."""
    words = sum(_of_part(part) for message in request.messages for part in message.parts)
    tools = request.tools or ()
    offered = sum(_of_tool(tool) for tool in tools) + (preamble if tools else 0)
    shape = 0 if request.format is None or request.format.schema is None else _of_schema(request.format.schema)
    return max(1, words + offered + shape + PER_MESSAGE * len(request.messages))


def of_text(text: str) -> int:
    """The tokens of a text."""
    return sum(_of_piece(piece) for piece in _PIECE.findall(text))


def _of_piece(piece: str) -> int:
    if not piece.isascii():
        return ceil(len(piece.encode()) / _BYTES)
    if piece.isalpha():
        return ceil(len(piece) / _LETTERS)
    if piece.isdigit():
        return ceil(len(piece) / _DIGITS)
    return 1 if piece.isspace() else ceil(len(piece) / _SIGNS)


def _of_part(part: Part) -> int:
    match part:
        case Text() | Refusal() | Thinking():
            return of_text(part.text)
        case ToolCall():
            return PER_TOOL + of_text(part.name) + of_text(part.arguments)
        case ToolResult():
            return PER_TOOL + sum(_of_part(inner) for inner in part.parts)
        case Image():
            return PER_IMAGE
        case Document():
            return PER_PAGE * max(1, ceil(len(getattr(part.source, "data", "")) / PAGE_BYTES))
        case Audio():
            return PER_SECOND * max(1, ceil(len(part.source.data) / SECOND_BYTES))
    return _of_schema(part.body)


def _of_tool(tool: Tool | BuiltinTool) -> int:
    if isinstance(tool, BuiltinTool):
        return PER_TOOL + _of_schema(tool.body)
    return PER_TOOL + of_text(tool.name) + of_text(tool.description or "") + _of_schema(tool.parameters or {})


def _of_schema(body: object) -> int:
    return ceil(_OF_SCHEMA * of_text(msgspec.json.encode(body).decode()))
