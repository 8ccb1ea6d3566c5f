"""Code from answers, in the real sandbox: right, wrong, and hostile in every way that we could think of."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.house import eventually
from tests.outcomes.asks import reply, request, told

from understudy.outcomes.python_tests import MAX_CODE_CHARS, PythonTests, code_of
from understudy.outcomes.sandbox import NOBODY, WALL_S, open_sandbox
from understudy.ports import CheckRefused

TESTS = "assert double(2) == 4\nassert double(-1) == -2\n"
RIGHT = "Here you are:\n```python\ndef double(x):\n    return 2 * x\n```\nEnjoy."


@pytest.fixture(scope="module")
def check() -> PythonTests:
    made = PythonTests()
    made.prepare()
    return made


def test_right_and_wrong(check: PythonTests) -> None:
    asked = told(tests=TESTS)
    assert check.score(asked, reply(RIGHT)) == 1.0
    assert check.score(asked, reply("def double(x): return 2 * x")) == 1.0
    for wrong in ("def double(x): return x", "def double(x) return", "I do not know.", "", "double = None"):
        assert check.score(asked, reply(wrong)) == 0.0


def test_without_tests_there_is_no_opinion(check: PythonTests) -> None:
    for asked in (request(), told(tests=""), told(tests=7), told(tests="x" * (MAX_CODE_CHARS + 1))):
        assert check.score(asked, reply(RIGHT)) is None
    assert check.score(told(tests=TESTS), reply("x" * (MAX_CODE_CHARS + 1))) == 0.0


def test_the_first_block_is_the_code() -> None:
    assert code_of("a\n```py\nb = 1\n```\n```\nc\n```") == "b = 1\n"
    assert code_of("b = 1") == "b = 1"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A listener on this machine's loopback, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, who = server.accept()
                    came.append(who)
                    connection.close()
                except TimeoutError:
                    pass

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], came
        stop.set()
        thread.join()


def left_over() -> list[str]:
    """Processes of the sandbox's user; only root gives it one of its own."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == NOBODY:
                found.append(entry.name)
    return found


HOSTILE = {
    "leaves with success": "import os; os._exit(0)",
    "leaves politely": "raise SystemExit(0)",
    "leaves at the end": "import atexit, os; atexit.register(os._exit, 0); raise ValueError",
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "thread bomb": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "ten gigabytes of memory": "x = bytearray(10 * 1024 ** 3)",
    "ten gigabytes of files": (
        "import itertools\nfor n in itertools.count():\n    open(f'/tmp/{n}', 'wb').write(bytes(30 << 20))"
    ),
    "one large file": "open('/tmp/x', 'wb').write(bytes(40 << 20))",
    "ignores every signal": (
        "import signal\nfor n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\nwhile True: pass"
    ),
    "sleeps": "import time; time.sleep(3600)",
    "endless output": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "a daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(3600)\n"
        "    os._exit(0)\nraise ValueError"
    ),
    "recursion": "def f(): f()\nf()",
    "breaks the interpreter": "import ctypes; ctypes.string_at(0)",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_code_is_contained_and_has_not_passed(check: PythonTests, code: str) -> None:
    begun = time.monotonic()
    assert check.score(told(tests="assert True"), reply(code)) == 0.0
    # An hour is what some of it wanted; to set a sandbox up and to take it down takes a busy machine a while.
    assert time.monotonic() - begun < WALL_S + 60
    # The kernel takes a namespace down within a moment of its first process.
    eventually(lambda: left_over() == [])
    assert check.score(told(tests=TESTS), reply(RIGHT)) == 1.0


def test_nothing_of_this_machine_is_seen(
    check: PythonTests, listener: tuple[int, list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line is an assertion of the tests inside, so that a pass means that all of them held."""
    port, came = listener
    (tmp_path / "secret").write_text("word")
    monkeypatch.setenv("UNDERSTUDY_TEST_SECRET", "word")
    inside = f"""
import os, socket
def refused(do):
    try:
        do()
    except OSError:
        return True
    return False
assert refused(lambda: open({str(tmp_path / "secret")!r}))
assert refused(lambda: open("/etc/shadow"))
assert refused(lambda: os.listdir("/root/.ssh"))
assert refused(lambda: os.listdir({str(Path.home())!r}))
assert refused(lambda: socket.create_connection(("127.0.0.1", {port}), timeout=2))
assert refused(lambda: socket.create_connection(("192.0.2.1", 80), timeout=2))
assert refused(lambda: open("/usr/bin/evil", "w"))
assert refused(lambda: open("/evil", "w"))
assert refused(lambda: os.setuid(0))
assert refused(lambda: os.mkdir("/proc/evil"))
os.symlink("/etc/shadow", "/tmp/link")
assert refused(lambda: open("/tmp/link"))
assert "UNDERSTUDY_TEST_SECRET" not in os.environ
assert os.getuid() != 0
assert len([name for name in os.listdir("/proc") if name.isdigit()]) < 5
open("/tmp/mine", "w").write("x")
"""
    assert check.score(told(tests=inside), reply("pass")) == 1.0
    assert came == []
    assert not Path("/tmp/mine").exists()


def test_where_it_cannot_be_set_up_it_is_refused_and_nothing_runs_bare(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh = PythonTests()
    with pytest.raises(RuntimeError, match="not prepared"):
        fresh.score(told(tests=TESTS), reply(RIGHT))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CheckRefused, match="apt-get install bubblewrap"):
        fresh.prepare()
    bare = tmp_path / "bwrap"
    bare.write_text("#!/bin/sh\nwhile [ $# -gt 3 ]; do shift; done\nexec /usr/bin/env -i /usr/bin/true\n")
    bare.chmod(0o755)
    with pytest.raises(CheckRefused, match="does not isolate here"):
        open_sandbox()
