"""`regex`: the whole answer matches a pattern that came with the question.

The pattern is a caller's, and so may be one that a backtracking engine never finishes. RE2 takes time in proportion to
the text, whatever the pattern (extra `checks`: google-re2). Look-around and back-references are not to be had there.
"""

import re2

from understudy.canon.parts import text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.outcomes.checks import Quick, told
from understudy.ports import Check

# A pattern is a line; its machine grows with it.
MAX_PATTERN_CHARS = 10_000


class Regex(Quick):
    """A pattern in `metadata.expected`. Satisfies ports.Check."""

    name = "regex"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if the whole answer, white space at both ends aside, matches; None without a pattern that is one."""
        pattern = told(request, "expected")
        if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN_CHARS:
            return None
        try:
            return float(re2.fullmatch(pattern, text_of(reply.parts).strip()) is not None)
        except re2.error:
            return None


REGEX: Check = Regex()
