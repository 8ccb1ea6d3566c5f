"""`python_tests`: the answer's code passes the tests that came with the question, in the sandbox.

The tests are Python in `metadata.tests`; the code is the first fenced block of the answer, or all of it. Both run in
one process, the tests after the code. A pass is a word made for this run that the harness writes after the last test:
an answer that exits, crashes, hangs, prints, or is stopped by a limit has not passed, whatever its exit status.

What a hostile answer can do all the same: it shares a process with the harness, so code written to search the
interpreter for the harness's word could find it. It gains a wrong outcome of 1.0, and nothing of this machine.
"""

import json
import re
import secrets

from understudy.canon.parts import text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.outcomes.checks import told
from understudy.outcomes.sandbox import Sandbox, open_sandbox
from understudy.ports import Check

# Longer answers and tests than this are no unit tests.
MAX_CODE_CHARS = 200_000
_WORD_BYTES = 16
_FENCED = re.compile(r"```[ \t]*(?:python|py|python3)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_HARNESS = """\
import json, os, sys
told = json.loads(sys.stdin.buffer.read())
out, word = os.dup(1), told.pop("word").encode()
null = os.open("/dev/null", os.O_RDWR)
for fd in (0, 1, 2):
    os.dup2(null, fd)
space = {"__name__": "answer"}
exec(compile(told["code"], "answer.py", "exec"), space)
space["__name__"] = "tests"
exec(compile(told["tests"], "tests.py", "exec"), space)
os.write(out, word)
"""


class PythonTests:
    """Tests in the sandbox. Satisfies ports.Check."""

    name = "python_tests"
    version = "1"
    slow = True

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None

    def prepare(self) -> None:
        """Set the sandbox up; CheckRefused if it does not isolate here."""
        if self._sandbox is None:
            self._sandbox = open_sandbox()

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if all tests pass, 0.0 if not, for whatever reason; None if the request brought no tests."""
        tests = told(request, "tests")
        if not isinstance(tests, str) or not tests.strip() or len(tests) > MAX_CODE_CHARS:
            return None
        if self._sandbox is None:
            raise RuntimeError("python_tests was not prepared; nothing is run outside the sandbox")
        code, word = code_of(text_of(reply.parts)), secrets.token_hex(_WORD_BYTES)
        if len(code) > MAX_CODE_CHARS:
            return 0.0
        given = json.dumps({"code": code, "tests": tests, "word": word}).encode()
        return float(self._sandbox.run(_HARNESS, given, most=2 * _WORD_BYTES) == word.encode())


def code_of(answer: str) -> str:
    """The Python of an answer: its first fenced block, or all of it."""
    match = _FENCED.search(answer)
    return match[1] if match else answer


PYTHON_TESTS: Check = PythonTests()
