"""The sandbox itself: what it reads, and when it stops. What it keeps out is in test_python_tests."""

from understudy.outcomes.sandbox import open_sandbox


def test_a_program_reads_what_it_is_given_and_says_so_much() -> None:
    sandbox = open_sandbox()
    echo = "import os, sys; os.write(1, sys.stdin.buffer.read())"
    assert sandbox.run(echo, b"word" * 100_000, most=1_000_000) == b"word" * 100_000
    assert sandbox.run(echo, b"word" * 100_000, most=6) == b"wordwo"
    assert sandbox.run("raise SystemExit(3)", b"", most=10) == b""
